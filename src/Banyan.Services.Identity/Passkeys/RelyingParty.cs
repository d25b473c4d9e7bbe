using System.Collections.Frozen;
using Banyan.Cells;
using Banyan.Services.Identity.Tokens;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// Who passkeys are made for (WebAuthn Level 3, section 5.4.2): a domain, under whose names every front door can ask for them,
/// and the origins that pages which ask may have. Immutable.
/// </summary>
internal sealed class RelyingParty
{
    /// <summary>The longest user handle (WebAuthn, section 5.4.3).</summary>
    private const int LongestHandle = 64;

    private readonly FrozenSet<string> _origins;

    public RelyingParty(IdentitySettings settings, CellContext cell)
    {
        var issuer = new Uri(settings.Issuer);
        var domain = settings.PasskeyDomain ?? (issuer.HostNameType == UriHostNameType.Dns ? issuer.IdnHost.ToLowerInvariant() : null);
        var fits = OpaqueToken.CreateId(cell.Partition).Length <= LongestHandle;
        Domain = fits ? domain : null;
        IEnumerable<string> names = domain is null ? [] : [domain, .. settings.Regions.Select(r => $"{r}.{domain}")];
        var port = issuer.IsDefaultPort ? "" : $":{issuer.Port}";
        _origins = names.Select(n => $"{issuer.Scheme}://{n}{port}").Concat(settings.PasskeyOrigins).Append(issuer.GetLeftPart(UriPartial.Authority)).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The RP ID. Null: there are no passkeys, since the platform is reached by an address, or the region's name is too long for a user handle.</summary>
    public string? Domain { get; }

    /// <summary>Whether a page of this origin may ask. One that is shown inside another site's may not (WebAuthn, section 13.4.9).</summary>
    public bool Takes(string origin, bool isCrossOrigin, string? topOrigin) => !isCrossOrigin && topOrigin is null && _origins.Contains(origin);
}
