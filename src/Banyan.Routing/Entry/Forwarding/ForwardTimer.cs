using System.Collections.Concurrent;

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
        timer._client = client.UnsafeRegister(static t => ((ForwardTimer)t!).Cancel(), timer);
        timer.CancelAfter(patience);
        return timer;
    }

    /// <summary>The body moves: patience begins anew.</summary>
    public void Restart() => CancelAfter(_patience);

    /// <summary>The answer has begun: only the client's going ends it now.</summary>
    public void Stop() => CancelAfter(Timeout.InfiniteTimeSpan);

    public void Return()
    {
        _client.Dispose();
        _client = default;
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
}
