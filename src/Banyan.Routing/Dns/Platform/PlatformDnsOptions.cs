using System.Net;

namespace Banyan.Routing.Dns.Platform;

/// <summary>How a platform's names are served. The defaults are meant for everyone.</summary>
public sealed record PlatformDnsOptions
{
    /// <summary>Where this front door answers DNS.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>How often facts are looked at.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often other front doors are asked whether they live.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long that answer may take.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How soon listening is tried again where the port is taken.</summary>
    public TimeSpan ListenAgain { get; init; } = TimeSpan.FromSeconds(2);
}
