using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>The consensus store of a simulated world: linearizable, with leases by the world's time. Every snapshot is kept for a while, so that readers can be late.</summary>
internal sealed class SimStore(SimClock clock)
{
    private readonly Dictionary<long, (long Until, long TimeToLive)> _leases = [];
    private readonly List<(long At, ImmutableSortedDictionary<string, StoredValue> Values)> _history = [];
    private long _revision;
    private long _nextLease = 1;

    public ImmutableSortedDictionary<string, StoredValue> Values { get; private set; } = ImmutableSortedDictionary.Create<string, StoredValue>(StringComparer.Ordinal);

    public bool IsDown { get; set; }

    /// <summary>What a reader sees whom news reaches this late.</summary>
    public ImmutableSortedDictionary<string, StoredValue> Heard(long delay)
    {
        // A snapshot is noted when it changes: the newest that is old enough is what was heard.
        for (var i = _history.Count - 1; i >= 0; i--)
        {
            if (_history[i].At <= clock.Now - delay)
                return _history[i].Values;
        }

        return _history.Count > 0 ? _history[0].Values : Values;
    }

    public void Tick()
    {
        if (IsDown)
        {
            // A store that comes back gives every lease its full time anew.
            foreach (var id in _leases.Keys.ToList())
                _leases[id] = (clock.Now + _leases[id].TimeToLive, _leases[id].TimeToLive);
            return;
        }

        List<long>? ended = null;
        foreach (var (id, lease) in _leases)
        {
            if (lease.Until <= clock.Now)
                (ended ??= []).Add(id);
        }

        ended?.ForEach(End);
        if (_history.Count == 0 || !ReferenceEquals(_history[^1].Values, Values))
            _history.Add((clock.Now, Values));
        if (_history.Count > 20_000)
            _history.RemoveRange(0, 10_000);
    }

    public bool Commit(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes)
    {
        if (conditions.Any(c => (Values.GetValueOrDefault(c.Key)?.Revision ?? 0) != c.Revision) || writes.Any(w => w.Lease is { } l && !_leases.ContainsKey(l)))
            return false;
        _revision++;
        foreach (var write in writes)
            Values = write.Value is null ? Values.Remove(write.Key) : Values.SetItem(write.Key, new StoredValue(write.Key, write.Value, _revision, write.Lease));
        return true;
    }

    public long Grant(long timeToLive)
    {
        _leases[_nextLease] = (clock.Now + timeToLive, timeToLive);
        return _nextLease++;
    }

    public bool Renew(long lease)
    {
        if (!_leases.TryGetValue(lease, out var held))
            return false;
        _leases[lease] = (clock.Now + held.TimeToLive, held.TimeToLive);
        return true;
    }

    private void End(long lease)
    {
        _leases.Remove(lease);
        _revision++;
        foreach (var value in Values.Values.Where(v => v.Lease == lease).ToList())
            Values = Values.Remove(value.Key);
    }

    /// <summary>The store as one region reaches it.</summary>
    public IConsensusStore For(Func<bool> reaches) => new Client(this, reaches);

    private sealed class Client(SimStore store, Func<bool> reaches) : IConsensusStore
    {
        public TimeSpan ShortestLease => TimeSpan.Zero;

        public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => Ask(() => store.Values.GetValueOrDefault(key));

        public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken) =>
            Ask(() => new StoreCommit(store.Commit(conditions, writes), store._revision));

        public Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => Ask(() => new StoreLease(store.Grant((long)timeToLive.TotalMilliseconds), timeToLive));

        public Task<bool> RenewAsync(long lease, CancellationToken cancellationToken) => Ask(() => store.Renew(lease));

        public Task RevokeAsync(long lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Task<T> Ask<T>(Func<T> question) => !store.IsDown && reaches()
            ? Task.FromResult(question())
            : Task.FromException<T>(new ConsensusUnavailableException("the store is out of reach"));
    }
}
