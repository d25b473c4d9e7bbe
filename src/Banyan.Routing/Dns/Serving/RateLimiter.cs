namespace Banyan.Routing.Dns.Serving;

/// <summary>What becomes of an answer.</summary>
internal enum RateVerdict
{
    /// <summary>It goes out.</summary>
    Send,

    /// <summary>Nothing goes out.</summary>
    Drop,

    /// <summary>An empty, truncated answer goes out.</summary>
    Slip,
}

/// <summary>
/// Response rate limiting: each network gets so many equal answers a second. A table of fixed size that forgets what was
/// longest at rest, one entry a network and answer; a forger who fills it limits himself no less. Not thread-safe: each
/// thread that receives has its own, with its part of the rate.
/// </summary>
internal sealed class RateLimiter
{
    private const int Sets = 1 << 13;
    private const int Ways = 8;
    private const int IPv4Network = 24;
    private const int IPv6Network = 56;

    private readonly Entry[] _entries = new Entry[Sets * Ways];
    private readonly ulong _secret = (ulong)Random.Shared.NextInt64();
    private readonly int _slip;
    private readonly long _interval;
    private readonly long _burst;
    private readonly bool _exemptLoopback;

    /// <param name="ticksPerSecond">Unit of the clock that <see cref="Check"/> is given.</param>
    /// <param name="threads">Among how many the rate is divided.</param>
    public RateLimiter(RateLimitOptions options, long ticksPerSecond, int threads)
    {
        _interval = Math.Max(1, ticksPerSecond * threads / Math.Max(1, options.AnswersPerSecond));
        _burst = ticksPerSecond * Math.Max(1, options.BurstSeconds);
        _slip = options.Slip;
        _exemptLoopback = options.ExemptLoopback;
    }

    /// <summary>Counts an answer to a client, and says what becomes of it.</summary>
    /// <param name="answer">The same for answers that count as equal.</param>
    /// <param name="now">Never less than before.</param>
    public RateVerdict Check(in NetworkAddress client, ulong answer, long now)
    {
        if (_exemptLoopback && (client.IsIPv4 ? (byte)(client.Bits >> 120) == 127 : client.Bits == UInt128.One))
            return RateVerdict.Send;
        var key = client.Prefix(client.IsIPv4 ? IPv4Network : IPv6Network).Hash() ^ (answer * 0x9E3779B97F4A7C15) ^ _secret;
        key = (key ^ (key >> 29)) * 0xBF58476D1CE4E5B9;
        ref var entry = ref Find(key ^ (key >> 32));
        // Each answer costs an interval; a debt of more than the burst is too much (GCRA).
        var due = Math.Max(entry.Due, now);
        if (due - now <= _burst - _interval)
        {
            entry.Due = due + _interval;
            return RateVerdict.Send;
        }

        return _slip > 0 && ++entry.Limited % (uint)_slip == 0 ? RateVerdict.Slip : RateVerdict.Drop;
    }

    private ref Entry Find(ulong key)
    {
        var set = _entries.AsSpan((int)(key & (Sets - 1)) * Ways, Ways);
        var oldest = 0;
        for (var i = 0; i < Ways; i++)
        {
            if (set[i].Key == key)
                return ref set[i];
            if (set[i].Due < set[oldest].Due)
                oldest = i;
        }

        set[oldest] = new Entry { Key = key };
        return ref set[oldest];
    }

    private struct Entry
    {
        public ulong Key;

        /// <summary>When its debt is paid.</summary>
        public long Due;

        public uint Limited;
    }
}
