namespace Banyan.Cells;

/// <summary>
/// What a service has to say to an operator, though it serves: a deadline that was missed, work that does not get on. Shown beside
/// health; it takes nobody out of service. Asked often: it MUST be cheap and MUST NOT throw.
/// </summary>
public interface IServiceFinding
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>One line; null where there is nothing to say.</summary>
    ValueTask<string?> FindAsync(CancellationToken cancellationToken);
}
