using System.Collections.Immutable;
using System.Net;
using Banyan.Routing.Policies;

namespace Banyan.Routing.Dns.Platform;

/// <summary>What a platform's zone is made of. Immutable.</summary>
public sealed record PlatformNames
{
    /// <summary>Below which platforms have their names, unless something else is said: RFC 6761 keeps <c>test</c> from the world.</summary>
    public static readonly DnsName DefaultSuffix = DnsName.Parse("banyan.test");

    /// <summary>The platform's name; a label of the zone's apex.</summary>
    public required string Platform { get; init; }

    /// <summary>What is behind it.</summary>
    public DnsName Suffix { get; init; } = DefaultSuffix;

    /// <summary>Regions in the blueprint's order: what policies choose.</summary>
    public required ImmutableArray<PolicyTarget> Regions { get; init; }

    /// <summary>Front doors; each also answers DNS.</summary>
    public required ImmutableArray<NamedDoor> Doors { get; init; }

    /// <summary>Seconds that answers may be kept which change when something is lost: so long clients may go to where nobody is.</summary>
    public uint MovingTtl { get; init; } = 5;

    /// <summary>Seconds that answers may be kept which change only with the platform's plan.</summary>
    public uint StaticTtl { get; init; } = 3_600;

    /// <summary>The zone's version; grows with each start.</summary>
    public uint Serial { get; init; } = 1;
}

/// <summary>A front door by name. Immutable.</summary>
/// <param name="Name">A label below the apex.</param>
/// <param name="Address">Its own: answers tell front doors apart by it.</param>
/// <param name="Port">Where it listens for HTTP.</param>
public sealed record NamedDoor(string Name, IPAddress Address, int Port);
