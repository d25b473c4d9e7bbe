namespace Banyan.Routing.Entry.Holding;

/// <summary>
/// The requests that wait for one region, first come first served. They go on a few at a time, the next when the answer to
/// one before has begun: a primary that has just been promoted is not met by all of them at once. Thread-safe.
/// </summary>
/// <param name="atOnce">How many may be under way.</param>
/// <param name="serves">Whether the region serves now.</param>
internal sealed class HoldQueue(int atOnce, Func<bool> serves)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<HeldRequest> _waiting = new();
    private int _underWay;
    private long _found;

    /// <summary>How often the region was found ready. Read it before the region's state, and give it to <see cref="Enter"/>.</summary>
    public long Found => Volatile.Read(ref _found);

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>A request begins to wait, until the region was found ready more often than <paramref name="found"/> times.</summary>
    public HeldRequest Enter(long found)
    {
        var held = new HeldRequest(this, found);
        lock (_lock)
            _waiting.AddLast(held.Place);
        Pump(); // found ready between the look and now
        return held;
    }

    /// <summary>The region was found ready.</summary>
    public void Ready()
    {
        lock (_lock)
            _found++;
        Pump();
    }

    /// <summary>A request leaves without its turn.</summary>
    /// <returns>False where its turn had come.</returns>
    internal bool TryLeave(HeldRequest held)
    {
        lock (_lock)
        {
            if (held.Place.List is null)
                return false;
            _waiting.Remove(held.Place);
            return true;
        }
    }

    internal void End()
    {
        lock (_lock)
            _underWay--;
        Pump();
    }

    private void Pump()
    {
        while (serves())
        {
            HeldRequest next;
            lock (_lock)
            {
                if (_underWay >= atOnce || _waiting.First is not { } first || first.Value.Found >= _found)
                    return;
                next = first.Value;
                _waiting.RemoveFirst();
                _underWay++;
            }

            next.Release();
        }
    }
}

/// <summary>A request that waits, and then one that is under way again.</summary>
internal sealed class HeldRequest
{
    private readonly HoldQueue _queue;
    private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ended;

    public HeldRequest(HoldQueue queue, long found)
    {
        (_queue, Found) = (queue, found);
        Place = new LinkedListNode<HeldRequest>(this);
    }

    public long Found { get; }

    public LinkedListNode<HeldRequest> Place { get; }

    /// <summary>Waits for its turn.</summary>
    /// <returns>False where patience ended first, or the client went.</returns>
    public async Task<bool> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken gone)
    {
        await _turn.Task.WaitAsync(patience, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_queue.TryLeave(this);
    }

    /// <summary>Its answer has begun, or it failed: the next may go. Once is enough, more do nothing.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            _queue.End();
    }

    internal void Release() => _turn.TrySetResult();
}
