using System.Runtime.CompilerServices;
using Banyan.Engines.Consensus.Single;

namespace Banyan.Engines.Consensus;

/// <summary>
/// A consensus store of one process: for one machine, where agreement among machines is not needed. Thread-safe. Opened
/// with a folder it is durable: a commit that writes or deletes a value without lease is on disk before anyone hears of
/// it; leases and their keys outlive the process, and each begins its time to live anew when the store is opened again.
/// </summary>
public sealed class SingleStore : IConsensusStore
{
    /// <summary>See <see cref="IConsensusStore.ShortestLease"/>.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    private readonly StoreOptions _options;
    private readonly LeaseTable _leases;
    private readonly StoreWriter _writer;
    private readonly ChangeHistory _history;
    private volatile StoreState _state;

    private SingleStore(TimeProvider clock, StoreOptions options, StoreLog? log, StoreLogContent content)
    {
        (_options, _state) = (options, content.State);
        _history = new ChangeHistory(content.RecentAfter, options.History);
        foreach (var node in content.Recent)
            _history.Add(node);
        _leases = new LeaseTable(clock, EndAll);
        _writer = new StoreWriter(log, options.MostWaiting, () => new StoreDraft(_state), Publish);
        foreach (var (lease, timeToLive) in content.State.Leases)
            _leases.Add(lease, timeToLive);
    }

    /// <summary>A store in memory; what it holds ends with it.</summary>
    /// <param name="clock">What leases are measured by: <see cref="Clocks.BootTime"/>, except in tests.</param>
    public SingleStore(TimeProvider clock)
        : this(clock, new StoreOptions(), null, StoreLogContent.Empty)
    {
    }

    /// <inheritdoc/>
    public TimeSpan ShortestLease => Shortest;

    /// <summary>Completes with the reason when the store can't go on in this process, because its disk fails: it must be opened anew.</summary>
    public Task<string> Broken => _writer.Broken;

    /// <summary>The revision of the last write.</summary>
    public long Revision => _state.Revision;

    /// <summary>Opens the durable store of a folder, or makes it.</summary>
    /// <param name="folder">Its own; one process at a time has it.</param>
    /// <param name="clock">What leases are measured by: <see cref="Clocks.BootTime"/>, except in tests.</param>
    /// <exception cref="InvalidDataException">Its file is damaged; the message says where.</exception>
    /// <exception cref="IOException">It can't be read or written, or another process has it.</exception>
    public static SingleStore Open(string folder, TimeProvider clock) => Open(folder, clock, new StoreOptions());

    internal static SingleStore Open(string folder, TimeProvider clock, StoreOptions options)
    {
        var log = StoreLog.Open(folder, options.SmallestRewrite, out var content);
        return new SingleStore(clock, options, log, content);
    }

    internal static SingleStore InMemory(TimeProvider clock, StoreOptions options) => new(clock, options, null, StoreLogContent.Empty);

    /// <inheritdoc/>
    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        StoreRules.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_state.Values.GetValueOrDefault(key));
    }

    /// <inheritdoc/>
    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        cancellationToken.ThrowIfCancellationRequested();
        var state = _state;
        return Task.FromResult(new StoreSnapshot([.. state.Values.Values.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal))], state.Revision));
    }

    /// <inheritdoc/>
    public Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken)
    {
        StoreRules.CheckCommit(conditions, writes);
        return AskAsync(draft =>
        {
            if (!conditions.All(draft.Holds) || !writes.All(w => w.Lease is not { } lease || (draft.HasLease(lease) && _leases.IsAlive(lease))))
                return new StoreCommit(false, draft.Revision);
            if (draft.Count + writes.Count > _options.MostValues && writes.Any(w => w.Value is not null))
                throw new ConsensusUnavailableException($"The consensus store is full: it holds {draft.Count} values, and {_options.MostValues} at most.");
            draft.Write(writes);
            return new StoreCommit(true, draft.Revision);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var granted = StoreRules.CheckLease(timeToLive, ShortestLease);
        // Random, so that none is ever given out twice, whatever a crash of the machine took from the file's end.
        var id = Random.Shared.NextInt64(1, long.MaxValue);
        return await AskAsync(draft =>
        {
            if (draft.LeaseCount >= _options.MostLeases)
                throw new ConsensusUnavailableException($"The consensus store is full: it holds {draft.LeaseCount} leases, which is the most.");
            draft.Grant(id, granted);
            return new StoreLease(id, granted);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(long lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _writer.Broken.IsCompleted
            ? Task.FromException<bool>(new ConsensusUnavailableException("The consensus store can't go on."))
            : Task.FromResult(_leases.Renew(lease));
    }

    /// <inheritdoc/>
    public Task RevokeAsync(long lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _leases.Remove(lease);
        var command = End(lease);
        _writer.Add(command, mustHappen: true);
        return command.Answer.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        for (var node = _history.Find(afterRevision); ;)
        {
            node = await node.Next.WaitAsync(cancellationToken);
            if (node.Revision <= _history.Compacted)
                throw new ConsensusCompactedException($"The watch of '{prefix}' is too slow: changes are kept only after revision {_history.Compacted}.");
            foreach (var change in node.Changes)
            {
                if (change.Key.StartsWith(prefix, StringComparison.Ordinal))
                    yield return change;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _leases.Dispose();
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StoreCommand<bool> End(long lease) => new(draft =>
    {
        draft.End(lease);
        return true;
    });

    private Task<T> AskAsync<T>(Func<StoreDraft, T> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var command = new StoreCommand<T>(change);
        _writer.Add(command);
        return command.Answer.WaitAsync(cancellationToken);
    }

    private void EndAll(IReadOnlyList<long> leases)
    {
        foreach (var lease in leases)
            _writer.Add(End(lease), mustHappen: true);
    }

    private void Publish(StoreDraft draft)
    {
        var before = _state;
        _state = draft.ToState();
        foreach (var (lease, timeToLive) in _state.Leases)
        {
            if (!before.Leases.ContainsKey(lease))
                _leases.Add(lease, timeToLive);
        }

        foreach (var node in draft.Changes)
            _history.Add(node);
    }
}
