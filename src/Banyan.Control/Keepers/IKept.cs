using Banyan.Control.Status;

namespace Banyan.Control.Keepers;

/// <summary>A database in a keeper's care. Members but <see cref="RunAsync"/> are thread-safe.</summary>
internal interface IKept : IAsyncDisposable
{
    KeptDatabase Wanted { get; }

    /// <summary>What is known now, without asking.</summary>
    DatabaseReport Report { get; }

    /// <summary>Whether it took our last question.</summary>
    bool Answers { get; }

    /// <summary>Cares for it until told to stop, and then until it has stopped. Runs once; throws only for bugs.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>Asks it how it is, where the last answer is not fresh.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);
}
