using Banyan.Blueprints.Access;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessProviderRule() : Rule("access.identity-provider", Severity.Error, "An outside provider of identities whose tokens could not be taken, or not be believed.")
{
    /// <summary>What every token says of itself.</summary>
    private static readonly HashSet<string> OfTheToken = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "acr", "azp", "client_id", "scope"];

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Access is not { IdentityProvider: { } provider } access)
            yield break;
        var issuer = new Uri(provider.Issuer);
        if (issuer.Scheme != Uri.UriSchemeHttps && !issuer.IsLoopback)
            yield return Found(blueprint, provider, "issuer", "the issuer is reached without TLS, so whoever is in between can say who callers are", "give its https address");
        if (issuer.Query.Length > 0)
            yield return Found(blueprint, provider, "issuer", "an issuer has no query (OpenID Connect Discovery, section 3): no token would be of it", "leave out what follows the question mark");
        (string Key, string? Claim)[] claims =
        [
            ("roles_claim", provider.RolesClaim ?? AccessIdentityProvider.DefaultRolesClaim), ("home_claim", provider.HomeClaim ?? AccessIdentityProvider.DefaultHomeClaim),
            ("kind_claim", provider.KindClaim), ("verification_claim", provider.VerificationClaim),
        ];
        for (var i = 0; i < claims.Length; i++)
        {
            if (claims[i].Claim is not { } claim)
                continue;
            if (OfTheToken.Contains(claim))
                yield return Found(blueprint, provider, claims[i].Key, $"'{claim}' is what a token says of itself: it names no {claims[i].Key[..claims[i].Key.IndexOf('_')]}", "name a claim of its own, which the provider maps");
            if (claims.Take(i).FirstOrDefault(c => c.Claim == claim) is { Key: { } other })
                yield return Found(blueprint, provider, claims[i].Key, $"'{claim}' is {other} too", "name another claim");
        }

        if (provider.Aal2.Intersect(provider.Aal3, StringComparer.Ordinal).FirstOrDefault() is { } both)
            yield return Found(blueprint, provider, "aal3", $"'{both}' is two levels of assurance at once", "leave it with one");
        var homes = blueprint.AllSites().Select(static r => r.Name).ToHashSet(StringComparer.Ordinal);
        if (provider.Home is { } home && !homes.Contains(home))
            yield return Found(blueprint, provider, "home", $"there is no region '{home}'", "name one of the regions");
        foreach (var role in provider.Roles.Keys.Where(r => !access.Roles.ContainsKey(r) && !(access.Standard && StandardAccess.Roles.ContainsKey(r))))
            yield return Found(blueprint, $"{provider.Path}.roles.{role}", $"there is no role '{role}'", "define it, or name another");
        if (provider.Roles.FirstOrDefault(static r => r.Value.Count == 0) is { Key: { } nobodys })
            yield return Found(blueprint, $"{provider.Path}.roles.{nobodys}", $"nothing that the provider says gives role {nobodys}", "name what it is called in tokens, or leave it out");
    }
}
