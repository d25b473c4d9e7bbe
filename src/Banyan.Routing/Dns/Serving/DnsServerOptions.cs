using System.Collections.Immutable;
using System.Net;

namespace Banyan.Routing.Dns.Serving;

/// <summary>Where the server listens, and its limits. The defaults are meant for everyone.</summary>
public sealed record DnsServerOptions
{
    /// <summary>Addresses and ports, for UDP and TCP alike; port 0 takes a free one.</summary>
    public required ImmutableArray<IPEndPoint> Endpoints { get; init; }

    /// <summary>Threads that receive on each address over UDP.</summary>
    public int UdpThreads { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>The longest answer over UDP in bytes, whatever the client takes: what passes through any network in one piece.</summary>
    public int MaxUdpAnswer { get; init; } = 1232;

    /// <summary>The most open TCP connections; a further one is closed at once.</summary>
    public int MaxTcpConnections { get; init; } = 1_000;

    /// <summary>The most open TCP connections of one network (/24, /56).</summary>
    public int MaxTcpConnectionsOfNetwork { get; init; } = 50;

    /// <summary>How long a TCP connection may be silent, or not take its answers.</summary>
    public TimeSpan TcpIdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limits answers by network; null for none.</summary>
    public RateLimitOptions? RateLimit { get; init; } = new();
}

/// <summary>How many equal answers a network gets, so that the server can't be used to flood a forged sender.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Equal answers a second to one network (/24, /56).</summary>
    public int AnswersPerSecond { get; init; } = 200;

    /// <summary>So many seconds' worth may come at once.</summary>
    public int BurstSeconds { get; init; } = 2;

    /// <summary>Each so-manieth answer above the limit goes out, empty and truncated, so that a real client asks again over TCP; 0: none.</summary>
    public int Slip { get; init; } = 2;

    /// <summary>Clients on this machine are not limited: nobody outside can forge them.</summary>
    public bool ExemptLoopback { get; init; } = true;
}
