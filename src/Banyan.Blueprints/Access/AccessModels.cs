using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Access;

/// <summary>Makes of a blueprint what its platform goes by. Pure; thread-safe.</summary>
public static class AccessModels
{
    /// <summary>
    /// The model of a blueprint: what its <c>access</c> section writes, then the limits of its gateway, then the standard roles,
    /// rules and limits where it does not leave them out. A role, rule or limit that is written takes the place of the standard
    /// one of its name; that the platform's own processes may do everything is always the last word but for written rules.
    /// </summary>
    public static AccessModel Of(Blueprint blueprint)
    {
        var section = blueprint.Access ?? new();
        var standard = section.Standard ? StandardAccess.Of(blueprint) : new() { Rules = [StandardAccess.ForThePlatform] };
        var roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var role in section.Roles.Values)
            roles.Add(role.Name, role.Grants);
        foreach (var (name, grants) in standard.Roles)
            roles.TryAdd(name, grants);
        return new()
        {
            Roles = roles,
            Rules = [.. section.Rules.Values.Select(r => RuleOf(blueprint, r)), .. standard.Rules.Where(r => !section.Rules.ContainsKey(r.Name))],
            Limits = [.. section.Limits.Values.Select(LimitOf), .. GatewayLimits(blueprint).Concat(standard.Limits).Where(l => !section.Limits.ContainsKey(l.Name))],
            Purposes = section.Purposes.ToDictionary(StringComparer.Ordinal),
            Cors = new() { Origins = section.Cors?.Origins ?? [], MaxAgeSeconds = (int)(section.Cors?.MaxAge?.Value.TotalSeconds ?? AccessCors.DefaultMaxAgeSeconds) },
            IdentityProvider = section.IdentityProvider is not { } provider ? null : new(
                provider.Issuer, provider.Audience ?? blueprint.Platform, provider.RolesClaim ?? AccessIdentityProvider.DefaultRolesClaim, provider.HomeClaim ?? AccessIdentityProvider.DefaultHomeClaim)
            {
                DefaultHome = provider.Home,
                KindClaim = provider.KindClaim,
                VerificationClaim = provider.VerificationClaim,
                Roles = provider.Roles.Count == 0 ? null : provider.Roles,
                Assurance = provider.Aal2.Count + provider.Aal3.Count == 0 ? null : new Dictionary<string, IReadOnlyList<string>> { ["2"] = provider.Aal2, ["3"] = provider.Aal3 },
            },
        };
    }

    /// <summary>A rule as the blueprint writes it, its areas unfolded to countries.</summary>
    internal static AccessRule RuleOf(Blueprint blueprint, AccessRuleSection rule) => new()
    {
        Name = rule.Name,
        Effect = rule.Effect,
        Actions = rule.Actions,
        When = [.. (rule.When?.Terms ?? []).SelectMany(t => ConstraintsOf(blueprint, t.Attribute, t.Terms))],
        Because = rule.Because,
    };

    /// <summary>Values that are written side by side are alternatives; everything else must be so together.</summary>
    private static IEnumerable<AccessConstraint> ConstraintsOf(Blueprint blueprint, AccessAttribute attribute, IReadOnlyList<string> terms)
    {
        var constraint = new AccessConstraint { Attribute = attribute };
        foreach (var text in terms)
        {
            if (AccessTerm.TryParse(attribute, text) is not { } term)
                throw new ArgumentException($"'{text}' says nothing of {attribute.Word()}", nameof(terms));
            if (term.IsSame && constraint.SameAsPartner is not null)
                yield return new() { Attribute = attribute, SameAsPartner = !term.Not }; // the same and not the same: check says that it never holds
            else
                constraint = With(blueprint, constraint, term);
        }

        yield return constraint;
    }

    private static AccessConstraint With(Blueprint blueprint, AccessConstraint constraint, AccessTerm term) => term switch
    {
        { IsSame: true } => constraint with { SameAsPartner = !term.Not },
        { Value: { } value, Not: false } => constraint with { OneOf = [.. constraint.OneOf ?? [], .. Values(blueprint, constraint.Attribute, value)] },
        { Value: { } value } => constraint with { NoneOf = [.. constraint.NoneOf ?? [], .. Values(blueprint, constraint.Attribute, value)] },
        { Not: true } => constraint with { Except = [.. constraint.Except ?? [], term.Number] },
        { Comparison: Comparison.AtLeast } => constraint with { AtLeast = Max(constraint.AtLeast, term.Number) },
        { Comparison: Comparison.Above } => constraint with { Above = Max(constraint.Above, term.Number) },
        { Comparison: Comparison.AtMost } => constraint with { AtMost = Min(constraint.AtMost, term.Number) },
        { Comparison: Comparison.Below } => constraint with { Below = Min(constraint.Below, term.Number) },
        _ => constraint with { AtLeast = Max(constraint.AtLeast, term.Number), AtMost = Min(constraint.AtMost, term.Number) },
    };

    /// <summary>A word; the countries of an area. An area that nobody knows has none: check says so, and such a platform is not started.</summary>
    private static IEnumerable<string> Values(Blueprint blueprint, AccessAttribute attribute, string word) =>
        attribute is AccessAttribute.Jurisdiction or AccessAttribute.ResourceJurisdiction && !char.IsAsciiLetterUpper(word[0])
            ? blueprint.OwnAreas.Find(word) ?? Areas.Find(word) ?? []
            : [word];

    private static decimal Max(decimal? a, decimal b) => a is { } other ? Math.Max(other, b) : b;

    private static decimal Min(decimal? a, decimal b) => a is { } other ? Math.Min(other, b) : b;

    private static AccessLimit LimitOf(AccessLimitSection limit) => new()
    {
        Name = limit.Name,
        Per = limit.Per,
        Kinds = limit.Kinds,
        Roles = limit.Roles,
        Actions = limit.Actions,
        Paths = limit.Paths,
        RatePerSecond = (double?)limit.Rate?.PerSecond,
        Burst = limit.Burst ?? (limit.Rate is { } rate ? InOnePeriod(rate) : 1),
        Quota = limit.Quota is { } quota ? (long)Math.Min(quota.InPeriod, long.MaxValue / 2) : null,
        QuotaSeconds = limit.Quota is { } of ? (int)of.Period.TotalSeconds : 86400,
    };

    /// <summary>What <c>gateway.rate_limits</c> says with a number, by what it counts.</summary>
    private static IEnumerable<AccessLimit> GatewayLimits(Blueprint blueprint)
    {
        foreach (var (name, limit) in blueprint.Gateway?.RateLimits ?? Named<RateLimit>.None)
        {
            LimitPer? per = name switch
            {
                "ip" or "address" => LimitPer.Ip,
                "user" or "subject" or "resident" => LimitPer.Subject,
                "key" or "api-key" or "client" => LimitPer.Key,
                "route" or "endpoint" => LimitPer.Route,
                _ => null,
            };
            if (per is { } counted && limit.Limit is { } rate)
                yield return new() { Name = $"gateway-{name}", Per = counted, RatePerSecond = (double)rate.PerSecond, Burst = InOnePeriod(rate) };
        }
    }

    private static int InOnePeriod(Rate rate) => (int)Math.Clamp(rate.InPeriod, 1, int.MaxValue);
}
