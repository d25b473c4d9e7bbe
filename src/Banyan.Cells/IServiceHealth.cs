namespace Banyan.Cells;

/// <summary>A service's own word on whether it can serve. Asked often: it MUST be cheap and MUST NOT throw.</summary>
public interface IServiceHealth
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>Null where all is well, else one line that says what is wrong.</summary>
    ValueTask<string?> CheckAsync(CancellationToken cancellationToken);
}
