using System.Collections.Frozen;
using System.Net;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access.Outside;
using Banyan.Cells.Gateway.Limits;
using Banyan.Cells.Gateway.Quotas;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Access;

/// <summary>Who may use a cell, and how often. Immutable; one for all apps of a process.</summary>
public sealed record AccessOptions
{
    /// <summary>The blueprint's access section, compiled: rules, limits, origins.</summary>
    public required AccessPolicy Policy { get; init; }

    /// <summary>Signing keys, API keys and ended sessions.</summary>
    public required IAccessDirectory Directory { get; init; }

    /// <summary>The only <c>iss</c> of the platform's own tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>What must be among the <c>aud</c> of a token.</summary>
    public required string Audience { get; init; }

    /// <summary>The provider outside whose tokens are taken in the place of the platform's own; null: the platform's own.</summary>
    public OutsideIssuer? Outside { get; init; }

    /// <summary>Every region of the platform, with its jurisdiction (ISO 3166 code); "" where the blueprint says none.</summary>
    public FrozenDictionary<string, string> Jurisdictions { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// Who is at the other end of a connection; asked once for each. Null: whom its certificate names, where the cell has links;
    /// else everybody is a stranger, but for <see cref="TrustedProxies"/>.
    /// </summary>
    public Func<ConnectionInfo, Peer>? PeerOf { get; init; }

    /// <summary>Addresses of front doors, where no certificate says who they are: their <c>X-Forwarded-For</c> is believed. Empty by default.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Counts quotas across processes and regions; null: each process counts for itself alone.</summary>
    public QuotaLedger? Quotas { get; init; }

    /// <summary>Credentials from one address that turn out to be none: past these, further ones are not looked at. 30 a minute.</summary>
    public RateLimit Failures { get; init; } = new("failures", 30, TimeSpan.FromMinutes(1));

    /// <summary>The most tokens whose verification is remembered. 50,000, of about 1 KB each.</summary>
    public int MostTokens { get; init; } = 50_000;

    /// <summary>The most addresses, callers and keys that are counted at once; those that have not asked for longest are forgotten first. 100,000 of each.</summary>
    public int MostCounted { get; init; } = 100_000;
}

/// <summary>Who is at the other end of a connection.</summary>
public enum Peer
{
    /// <summary>Anybody: only credentials say who it is, and its address is the connection's.</summary>
    Stranger,

    /// <summary>Something in front of us that is known by its address alone: its word on the client's address is taken, and nothing else.</summary>
    Proxy,

    /// <summary>A front door, whose word on the client's address is taken. What it asks for itself, without <c>X-Forwarded-For</c>, is the platform's.</summary>
    FrontDoor,

    /// <summary>A cell, of this region or another. Its word on the client's address is taken; for itself it may ask what is there for cells, and nothing else: one region's cell is no master of another's.</summary>
    Cell,

    /// <summary>Another process of the platform.</summary>
    Process,
}
