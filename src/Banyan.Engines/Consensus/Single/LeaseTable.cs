namespace Banyan.Engines.Consensus.Single;

/// <summary>How long each lease has left. Thread-safe; waits for nothing, so that a slow disk runs no lease out.</summary>
internal sealed class LeaseTable : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Action<IReadOnlyList<long>> _onEnd;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (TimeSpan TimeToLive, long RenewedAt)> _alive = [];
    private readonly ITimer _timer;
    private bool _disposed;

    /// <param name="clock">What leases are measured by.</param>
    /// <param name="onEnd">Told of those that ran out, each once.</param>
    public LeaseTable(TimeProvider clock, Action<IReadOnlyList<long>> onEnd)
    {
        (_clock, _onEnd) = (clock, onEnd);
        _timer = clock.CreateTimer(static table => ((LeaseTable)table!).EndDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A lease begins, now.</summary>
    public void Add(long lease, TimeSpan timeToLive)
    {
        lock (_gate)
        {
            _alive[lease] = (timeToLive, _clock.GetTimestamp());
            Schedule();
        }
    }

    /// <summary>Starts a lease's time anew; false where it has run out or was removed.</summary>
    public bool Renew(long lease)
    {
        lock (_gate)
        {
            if (!IsAliveLocked(lease, out var timeToLive))
                return false; // Its end is the timer's to tell.
            _alive[lease] = (timeToLive, _clock.GetTimestamp());
            return true;
        }
    }

    /// <summary>It has neither run out nor been removed.</summary>
    public bool IsAlive(long lease)
    {
        lock (_gate)
            return IsAliveLocked(lease, out _);
    }

    /// <summary>Ends a lease, without telling.</summary>
    public void Remove(long lease)
    {
        lock (_gate)
            _alive.Remove(lease);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _timer.Dispose();
    }

    private bool IsAliveLocked(long lease, out TimeSpan timeToLive)
    {
        var known = _alive.TryGetValue(lease, out var entry);
        timeToLive = entry.TimeToLive;
        return known && _clock.GetElapsedTime(entry.RenewedAt) < timeToLive;
    }

    private void EndDue()
    {
        List<long> due = [];
        lock (_gate)
        {
            foreach (var (lease, (timeToLive, renewedAt)) in _alive)
            {
                if (_clock.GetElapsedTime(renewedAt) >= timeToLive)
                    due.Add(lease);
            }

            foreach (var lease in due)
                _alive.Remove(lease);
            Schedule();
        }

        if (due.Count > 0)
            _onEnd(due);
    }

    /// <summary>Wakes at the earliest end that is possible now; renewals only move it on.</summary>
    private void Schedule()
    {
        if (_disposed)
            return;
        var left = Timeout.InfiniteTimeSpan;
        foreach (var (timeToLive, renewedAt) in _alive.Values)
        {
            var until = timeToLive - _clock.GetElapsedTime(renewedAt);
            if (left == Timeout.InfiniteTimeSpan || until < left)
                left = until > TimeSpan.FromMilliseconds(1) ? until : TimeSpan.FromMilliseconds(1);
        }

        _timer.Change(left, Timeout.InfiniteTimeSpan);
    }
}
