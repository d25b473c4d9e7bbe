namespace Banyan.Services.Disaster.Expiry;

/// <summary>Which messages end when: a queue by time, and one timer, set for the first. Thread-safe.</summary>
internal sealed class ExpiryClock : IDisposable
{
    /// <summary>Timers can't be set further ahead than about 49 days; a longer wait is waited in parts.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Guid, DateTimeOffset> _queue = new();
    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public ExpiryClock(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static clock => ((ExpiryClock)clock!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Schedule(Guid id, DateTimeOffset at)
    {
        lock (_lock)
        {
            _queue.Enqueue(id, at);
            SetTimer();
        }
    }

    /// <summary>Waits until the time of some has come, and takes at most <paramref name="limit"/> of them.</summary>
    public async Task<List<Guid>> TakeDueAsync(int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                var due = new List<Guid>();
                while (due.Count < limit && _queue.TryPeek(out var id, out var at) && at <= _time.GetUtcNow())
                {
                    due.Add(id);
                    _queue.Dequeue();
                }

                if (due.Count > 0)
                    return due;
                SetTimer();
            }

            await _due.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _due.Dispose();
    }

    private void SetTimer()
    {
        if (!_queue.TryPeek(out _, out var at))
            return;
        var wait = at - _time.GetUtcNow();
        if (wait <= TimeSpan.Zero)
            Ring();
        else
            // A timer may be a little early; a millisecond more keeps it from ringing twice.
            _timer.Change(wait < LongestWait ? wait + TimeSpan.FromMilliseconds(1) : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private void Ring()
    {
        lock (_lock)
        {
            if (_due.CurrentCount == 0)
                _due.Release();
        }
    }
}
