using Npgsql;

namespace Banyan.Journal;

/// <summary>
/// A change in progress: one transaction that holds the service's rows, the journal events and the idempotency record.
/// Disposing it before <see cref="CommitAsync"/> undoes all of it. Not thread-safe; one owner.
/// </summary>
public abstract class ChangeSession : IAsyncDisposable
{
    /// <summary>The outcome to give at once, where the key had been used before; null where there is work to do.</summary>
    public abstract ChangeOutcome? Settled { get; }

    /// <summary>The transaction for the service's own statements. Only while <see cref="Settled"/> is null.</summary>
    public abstract NpgsqlTransaction Transaction { get; }

    /// <summary>Adds an event; sent with the commit.</summary>
    public abstract void Append(JournalEvent journalEvent);

    /// <summary>Writes the events and the answer, commits, and signals. Durable when it returns.</summary>
    public abstract Task<ChangeOutcome> CommitAsync(StoredAnswer answer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
