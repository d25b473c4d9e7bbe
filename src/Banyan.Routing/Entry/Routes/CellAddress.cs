using System.Net;
using Banyan.Routing.Entry.Forwarding.Direct;

namespace Banyan.Routing.Entry.Routes;

/// <summary>One cell of one holder of a partition, and what the entry knows of it now. One object for the life of the process. Thread-safe.</summary>
public sealed class CellAddress(string region, string address)
{
    private int _inFlight;
    private bool _aside;

    /// <summary>The region whose cell this is.</summary>
    public string Region { get; } = region;

    /// <summary>Scheme and authority, without a slash at the end.</summary>
    public string Address { get; } = address;

    /// <summary>The authority of <see cref="Address"/>, for <c>Host</c>.</summary>
    internal string Authority { get; } = new Uri(address).Authority;

    /// <summary>Where it listens, if the address says so without a name to look up.</summary>
    internal IPEndPoint? Endpoint { get; } = new Uri(address) is { Scheme: "http", HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 } uri ? new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port) : null;

    /// <summary>Kept connections to it; null where there are none of ours.</summary>
    internal CellPool? Pool { get; set; }

    /// <summary>Requests that it has begun and not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The last probe did not find it ready: others of the same region are preferred.</summary>
    public bool Aside
    {
        get => Volatile.Read(ref _aside);
        internal set => Volatile.Write(ref _aside, value);
    }

    /// <summary>Keeps requests away while they break one after the other.</summary>
    public CellBreaker Breaker { get; } = new();

    internal void Begin() => Interlocked.Increment(ref _inFlight);

    internal void End() => Interlocked.Decrement(ref _inFlight);
}
