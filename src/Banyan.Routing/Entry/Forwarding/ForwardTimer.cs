using System.Collections.Concurrent;
using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// Ends a forwarded request when the client goes, or when the cell stays silent too long. Pooled, because a source with a
/// timer for each request costs more than all the rest of forwarding allocates.
/// </summary>
internal sealed class ForwardTimer(TimeProvider time) : CancellationTokenSource(Timeout.InfiniteTimeSpan, time)
{
    private const int MostPooled = 1024;
    private static readonly ConcurrentQueue<ForwardTimer> Pool = new();
    private static int _pooled;

    private CancellationTokenRegistration _client;
    private CancellationTokenRegistration _route;
    private long _graceTicks;
    private bool _left;
    private TimeSpan _patience;
    private TimeProvider _time = time;

    public static ForwardTimer Rent(TimeSpan patience, TimeProvider time, CancellationToken client)
    {
        if (Pool.TryDequeue(out var timer))
            Interlocked.Decrement(ref _pooled);
        if (timer is null || !ReferenceEquals(timer._time, time))
            timer = new ForwardTimer(time);
        timer._patience = patience;
        timer._time = time;
        timer._left = false;
        timer._client = client.UnsafeRegister(static t => ((ForwardTimer)t!).Cancel(), timer);
        timer.CancelAfter(patience);
        return timer;
    }

    /// <summary>The route moved away from the cell that has the request.</summary>
    public bool Left => Volatile.Read(ref _left);

    /// <summary>Ends the request so long after its route has moved away.</summary>
    public void Follow(RouteLife route, TimeSpan grace)
    {
        Volatile.Write(ref _graceTicks, grace.Ticks);
        _route = route.Ended.UnsafeRegister(static t => ((ForwardTimer)t!).Leave(), this);
    }

    /// <summary>The body moves: patience begins anew.</summary>
    public void Restart()
    {
        if (!Left)
            CancelAfter(_patience);
    }

    /// <summary>The answer has begun: the client's going ends it now, and the route's, after a grace of its own.</summary>
    public void Stop(TimeSpan grace)
    {
        Volatile.Write(ref _graceTicks, grace.Ticks);
        CancelAfter(Timeout.InfiniteTimeSpan);
        if (Left)
            Leave();
    }

    public void Return()
    {
        _client.Dispose();
        _client = default;
        _route.Dispose();
        _route = default;
        if (Volatile.Read(ref _pooled) < MostPooled && TryReset())
        {
            Interlocked.Increment(ref _pooled);
            Pool.Enqueue(this);
        }
        else
        {
            Dispose();
        }
    }

    private void Leave()
    {
        Volatile.Write(ref _left, true);
        var grace = Volatile.Read(ref _graceTicks);
        if (grace == 0)
            Cancel();
        else
            CancelAfter(TimeSpan.FromTicks(grace));
    }
}
