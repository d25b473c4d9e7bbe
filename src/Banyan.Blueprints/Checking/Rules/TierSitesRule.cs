using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class TierSitesRule() : Rule("totals.tier-sites", Severity.Error, "A tier has fewer sites than the active and standby ones that it must have.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var tier in blueprint.Tiers.Values)
        {
            var needed = (tier.Active?.Low.Value ?? 0) + (tier.Standby?.Low.Value ?? 0);
            var (low, high) = blueprint.RegionCount(tier.Tier);
            if (needed > 0 && low > 0 && needed > low)
            {
                yield return Found(blueprint, tier, tier.Active is null ? "standby" : "active", $"tier {tier.Name} needs {needed} sites, active and standby, but has {(high == low ? $"{low}" : $"as few as {low}")}",
                    "add sites, or need fewer", high is null || high >= needed ? Severity.Warning : Severity.Error);
            }

            if (tier.Redundancy is { } spare and not Redundancy.None && high == 1)
                yield return Found(blueprint, tier, "redundancy", $"tier {tier.Name} promises {Spoken(spare)} with one site", "add a site");
        }
    }

    private static string Spoken(Redundancy redundancy) => redundancy switch { Redundancy.NPlusOne => "N+1", Redundancy.NPlusTwo => "N+2", Redundancy.TwoN => "2N", _ => "no spare" };
}
