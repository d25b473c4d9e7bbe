using Banyan.Control.Status;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>A database in a keeper's care. Members but <see cref="RunAsync"/> are thread-safe.</summary>
internal interface IKept : IAsyncDisposable
{
    /// <summary>The latest wish.</summary>
    KeptDatabase Wanted { get; }

    /// <summary>What is known now, without asking.</summary>
    DatabaseReport Report { get; }

    /// <summary>What is known now, without asking, for those who decide.</summary>
    KeptFacts Facts { get; }

    /// <summary>Whether it took our last question.</summary>
    bool Answers { get; }

    /// <summary>
    /// Another wish: it is acted on at once, whatever is being done. The wish MUST be for the same partition, region and place; of
    /// two wishes with other roles the one with the higher epoch MUST come last. Wishing the same again does nothing.
    /// </summary>
    /// <exception cref="ArgumentException">It is of another database.</exception>
    void Want(KeptDatabase wanted);

    /// <summary>Waits until its facts are of a higher version than <paramref name="after"/>, and gives them; a death is known within milliseconds.</summary>
    Task<KeptFacts> WaitChangedAsync(long after, CancellationToken cancellationToken);

    /// <summary>Of a primary that is about to be handed over: writes to its files what it has in memory, so that the stop is short. It goes on serving.</summary>
    /// <returns>Null where it has; a failure costs time only.</returns>
    Task<PostgresError?> PrepareHandOverAsync(CancellationToken cancellationToken);

    /// <summary>Cares for it until told to stop, and then until it has stopped. Runs once; throws only for bugs.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>Asks it how it is, where the last answer is not fresh, and says what is known then.</summary>
    Task<KeptFacts> RefreshAsync(CancellationToken cancellationToken);
}
