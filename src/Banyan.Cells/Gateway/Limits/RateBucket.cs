namespace Banyan.Cells.Gateway.Limits;

/// <summary>One counter of the generic cell rate algorithm (ITU-T I.371): the instant at which all that was taken is given back. Thread-safe.</summary>
internal sealed class RateBucket
{
    private long _full;
    private int _refused;

    /// <summary>Takes one, unless none is left.</summary>
    /// <param name="limit">What it counts for.</param>
    /// <param name="now">Ticks of 100 ns of a clock that never goes back.</param>
    public RateAnswer Take(RateLimit limit, long now)
    {
        var interval = limit.Interval.Ticks;
        var window = limit.Window.Ticks;
        var full = Volatile.Read(ref _full);
        while (true)
        {
            var after = Math.Max(full, now) + interval;
            if (after - now > window)
                return new RateAnswer(limit, false, 0, after - now - window) { Refused = Interlocked.Increment(ref _refused) };
            var seen = Interlocked.CompareExchange(ref _full, after, full);
            if (seen == full && Volatile.Read(ref _refused) != 0)
                Volatile.Write(ref _refused, 0);
            if (seen == full)
                return new RateAnswer(limit, true, (int)((window - (after - now)) / interval), 0);
            full = seen;
        }
    }

    /// <summary>As <see cref="Take"/>, without taking.</summary>
    public RateAnswer Look(RateLimit limit, long now)
    {
        var interval = limit.Interval.Ticks;
        var owed = Math.Max(Volatile.Read(ref _full) - now, 0);
        var left = limit.Window.Ticks - owed;
        return left >= interval ? new RateAnswer(limit, true, (int)(left / interval), 0) : new RateAnswer(limit, false, 0, interval - left) { Refused = Interlocked.Increment(ref _refused) };
    }
}

/// <summary>What came of taking one.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Allowed">Whether one was left.</param>
/// <param name="Remaining">How many are left now.</param>
/// <param name="Wait">Ticks after which one will be left; 0 where one was.</param>
internal readonly record struct RateAnswer(RateLimit Limit, bool Allowed, int Remaining, long Wait)
{
    /// <summary>How many were refused since one was allowed, this one included; 0 where it was allowed.</summary>
    public int Refused { get; init; }

    /// <summary>Whether less of its quota is left than of the other's.</summary>
    public bool IsTighter(in RateAnswer other) => other.Limit is null || (long)Remaining * other.Limit.Quota < (long)other.Remaining * Limit.Quota;

    /// <summary>Whole seconds for <c>Retry-After</c>, at least 1.</summary>
    public int RetryAfter => (int)Math.Clamp((Wait + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond, 1, int.MaxValue);
}
