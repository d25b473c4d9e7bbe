using System.Runtime.CompilerServices;

namespace Banyan.Engines.Consensus;

/// <summary>
/// The consensus store that is one process: linearizable because it is one, for a single machine or a test. With a
/// <see cref="StoreLog"/> every commit of a key that has no lease is on disk before it is acknowledged. Thread-safe.
/// </summary>
public sealed class SingleStore : IConsensusStore
{
    /// <summary>The shortest time to live of a lease.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    /// <summary>The most keys, and the most characters of one value; past them a commit is not made.</summary>
    public const int MaxKeys = 100_000, MaxValue = 1 << 20;

    /// <summary>So many changes are kept for watchers that come later.</summary>
    internal const int History = 8_192;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly StoreLog? _log;
    private readonly ITimer _timer;
    private readonly SortedDictionary<string, StoredValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Lease> _leases = [];
    private readonly Queue<StoreChange> _history = new();
    private TaskCompletionSource _pulse = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;
    private long _compacted;
    private long _nextLease = 1;
    private bool _disposed;

    /// <summary>Opens it, with what the log holds. Every lease in it gets its whole time anew: whoever held it may hold it still.</summary>
    /// <exception cref="ConsensusUnavailableException">The log is damaged.</exception>
    public SingleStore(TimeProvider clock, StoreLog? log = null)
    {
        (_clock, _log) = (clock, log);
        if (log?.Read() is { } state)
        {
            (_revision, _nextLease) = (state.Revision, state.NextLease);
            foreach (var value in state.Values)
                _values[value.Key] = value;
            foreach (var (id, milliseconds) in state.Leases)
                _leases[id] = new Lease(TimeSpan.FromMilliseconds(milliseconds), clock.GetTimestamp());
            log.Rewrite(State());
        }

        _compacted = _revision;
        _timer = clock.CreateTimer(static s => ((SingleStore)s!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Schedule();
    }

    /// <inheritdoc/>
    public TimeSpan ShortestLease => Shortest;

    /// <inheritdoc/>
    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ExpireNow();
            return Task.FromResult(_values.GetValueOrDefault(key));
        }
    }

    /// <inheritdoc/>
    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ExpireNow();
            return Task.FromResult(new StoreSnapshot([.. _values.Values.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal))], _revision));
        }
    }

    /// <inheritdoc/>
    public Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ExpireNow();
            var holds = conditions.All(c => (_values.TryGetValue(c.Key, out var value) ? value.Revision : 0) == c.Revision)
                && writes.All(w => (w.Lease is not { } lease || _leases.ContainsKey(lease)) && w.Value is null or { Length: <= MaxValue })
                && _values.Count + writes.Count <= MaxKeys;
            if (!holds)
                return Task.FromResult(new StoreCommit(false, _revision));
            if (writes.Count > 0)
            {
                _log?.Append(_revision + 1, writes, durable: writes.Any(w => w.Lease is null && (w.Value is not null || _values.GetValueOrDefault(w.Key)?.Lease is null)));
                Apply(writes);
                Tidy();
            }

            return Task.FromResult(new StoreCommit(true, _revision));
        }
    }

    /// <inheritdoc/>
    public Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var time = timeToLive < Shortest ? Shortest : timeToLive;
            var id = _nextLease++;
            _leases[id] = new Lease(time, _clock.GetTimestamp());
            _log?.Grant(id, time);
            Schedule();
            return Task.FromResult(new StoreLease(id, time));
        }
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(long lease, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ExpireNow();
            if (!_leases.TryGetValue(lease, out var held))
                return Task.FromResult(false);
            _leases[lease] = held with { Since = _clock.GetTimestamp() };
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task RevokeAsync(long lease, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_leases.ContainsKey(lease))
                End(lease);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = afterRevision;
        while (true)
        {
            List<StoreChange> news;
            Task pulse;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (after < _compacted)
                    throw new ConsensusCompactedException($"Changes after revision {after} are no longer kept; the oldest is {_compacted + 1}.");
                news = [.. _history.Where(c => c.Revision > after && c.Key.StartsWith(prefix, StringComparison.Ordinal))];
                after = _revision;
                pulse = _pulse.Task;
            }

            foreach (var change in news)
                yield return change;
            if (news.Count == 0)
                await pulse.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _disposed = true;
        await _timer.DisposeAsync();
        _pulse.TrySetResult();
        _log?.Dispose();
    }

    private void Apply(IReadOnlyList<StoreWrite> writes)
    {
        _revision++;
        foreach (var write in writes)
        {
            if (write.Value is null && !_values.Remove(write.Key))
                continue;
            var value = write.Value is null ? null : new StoredValue(write.Key, write.Value, _revision, write.Lease);
            if (value is not null)
                _values[write.Key] = value;
            _history.Enqueue(new StoreChange(write.Key, value, _revision));
        }

        while (_history.Count > History)
            _compacted = _history.Dequeue().Revision;
        var pulse = _pulse;
        _pulse = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pulse.TrySetResult();
    }

    private void Tidy()
    {
        if (_log is { IsLong: true })
            _log.Rewrite(State());
    }

    private StoreState State() => new(_revision, _nextLease, [.. _values.Values], _leases.ToDictionary(static l => l.Key, static l => (long)l.Value.TimeToLive.TotalMilliseconds));

    private void Expire()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            ExpireNow();
            Schedule();
        }
    }

    private void ExpireNow()
    {
        List<long>? ended = null;
        foreach (var (id, lease) in _leases)
        {
            if (_clock.GetElapsedTime(lease.Since) >= lease.TimeToLive)
                (ended ??= []).Add(id);
        }

        ended?.ForEach(End);
    }

    private void End(long lease)
    {
        _leases.Remove(lease);
        _log?.End(lease);
        StoreWrite[] writes = [.. _values.Values.Where(v => v.Lease == lease).Select(static v => new StoreWrite(v.Key, null))];
        if (writes.Length > 0)
            Apply(writes);
    }

    /// <summary>The timer goes off when the first lease may have run out; renewals meanwhile only make it look again.</summary>
    private void Schedule()
    {
        if (_disposed)
            return;
        var next = Timeout.InfiniteTimeSpan;
        foreach (var lease in _leases.Values)
        {
            var left = lease.TimeToLive - _clock.GetElapsedTime(lease.Since);
            if (next == Timeout.InfiniteTimeSpan || left < next)
                next = left;
        }

        _timer.Change(next == Timeout.InfiniteTimeSpan ? next : next < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : next, Timeout.InfiniteTimeSpan);
    }

    private readonly record struct Lease(TimeSpan TimeToLive, long Since);
}
