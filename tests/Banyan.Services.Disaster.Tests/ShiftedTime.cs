namespace Banyan.Services.Disaster.Tests;

/// <summary>
/// The real clock, which a test can push forward: timers that were to ring in the time skipped ring at once. What waits
/// for real things, such as a database, goes on as usual.
/// </summary>
internal sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<Timer> _timers = [];
    private readonly TimeSpan _base = start - DateTimeOffset.UtcNow;
    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return DateTimeOffset.UtcNow + _base + _shift;
    }

    public override long GetTimestamp()
    {
        lock (_lock)
            return base.GetTimestamp() + (long)(_shift.TotalSeconds * TimestampFrequency);
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> timers;
        lock (_lock)
        {
            _shift += by;
            timers = [.. _timers];
        }

        foreach (var timer in timers)
            timer.Skip(by);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        lock (_lock)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ShiftedTime owner, TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock _lock = new();
        private ITimer? _inner;
        private TimeSpan _period;
        private DateTimeOffset? _due;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                _inner ??= System.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _period = period;
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : DateTimeOffset.UtcNow + dueTime;
                return _inner.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }

        public void Skip(TimeSpan by)
        {
            lock (_lock)
            {
                if (_due is not { } due || _inner is null)
                    return;
                _due = due - by;
                var left = _due.Value - DateTimeOffset.UtcNow;
                _inner.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            lock (owner._lock)
                owner._timers.Remove(this);
            lock (_lock)
            {
                _due = null;
                _inner?.Dispose();
                _inner = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring()
        {
            lock (_lock)
            {
                if (_due is null || _inner is null)
                    return;
                _due = null;
                if (_period != Timeout.InfiniteTimeSpan)
                {
                    _due = DateTimeOffset.UtcNow + _period;
                    _inner.Change(_period, Timeout.InfiniteTimeSpan);
                }
            }

            callback(state);
        }
    }
}
