namespace Banyan.Engines.Consensus;

/// <summary>
/// The few things that a control plane needs of a strongly consistent store: values with revisions, commits that compare
/// first, leases, and a watch that misses nothing. Every read and commit is linearizable. Thread-safe.
/// </summary>
/// <remarks>
/// Every member throws <see cref="ConsensusUnavailableException"/> where the store gives no
/// answer in time. A commit may then have happened: whoever needs to know reads again.
/// </remarks>
public interface IConsensusStore : IAsyncDisposable
{
    /// <summary>The shortest time to live that a lease can have here; shorter ones are raised to it.</summary>
    TimeSpan ShortestLease { get; }

    /// <summary>The value of a key; null where there is none.</summary>
    Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Every value whose key begins with <paramref name="prefix"/>, in the order of keys, with the revision of that moment: a watch after it misses nothing.</summary>
    Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Makes all writes at once where every condition holds, else none.</summary>
    /// <returns>Whether they were made, and the store's revision.</returns>
    Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken);

    /// <summary>Makes a lease: keys written with it vanish when it is not renewed within its time to live.</summary>
    Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>Starts the lease's time anew.</summary>
    /// <returns>False where the lease has run out or was revoked.</returns>
    Task<bool> RenewAsync(long lease, CancellationToken cancellationToken);

    /// <summary>Ends a lease, whoever made it; its keys vanish. Nothing happens where it has ended.</summary>
    Task RevokeAsync(long lease, CancellationToken cancellationToken);

    /// <summary>Follows the keys that begin with <paramref name="prefix"/>: every change after <paramref name="afterRevision"/>, in order, each once. Ends by exception only.</summary>
    /// <exception cref="ConsensusCompactedException">Changes after that revision are no longer kept: list, and watch from there.</exception>
    IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken);
}

/// <summary>A key's value. Immutable.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Text.</param>
/// <param name="Revision">The store's revision at which it was last written; grows with each write to the store.</param>
/// <param name="Lease">The lease that it vanishes with; null where it stays.</param>
public sealed record StoredValue(string Key, string Value, long Revision, long? Lease);

/// <summary>Values at one moment. Immutable.</summary>
public sealed record StoreSnapshot(IReadOnlyList<StoredValue> Values, long Revision);

/// <summary>What became of a commit. Immutable.</summary>
/// <param name="Made">Whether the writes were made.</param>
/// <param name="Revision">The store's revision after it; of the writes, where they were made.</param>
public sealed record StoreCommit(bool Made, long Revision);

/// <summary>A key must be at this revision; 0: it must not exist.</summary>
public sealed record StoreCondition(string Key, long Revision);

/// <summary>A key gets this value; null deletes it. With a lease, it vanishes when that ends.</summary>
public sealed record StoreWrite(string Key, string? Value, long? Lease = null);

/// <summary>A lease, and the time to live that it really got.</summary>
public sealed record StoreLease(long Id, TimeSpan TimeToLive);

/// <summary>A key was written, or deleted (also by the end of its lease): <paramref name="Value"/> is null then.</summary>
public sealed record StoreChange(string Key, StoredValue? Value, long Revision);

/// <summary>The consensus store gave no answer in time, or none that could be understood.</summary>
public sealed class ConsensusUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>A watch asked for changes that are no longer kept.</summary>
public sealed class ConsensusCompactedException(string message) : IOException(message);
