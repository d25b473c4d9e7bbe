using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class UnknownNameRule() : Rule("names.unknown", Severity.Error, "A name that leads nowhere.")
{
    private static readonly string[] TierNames = ["core", "regional", "edge"];

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        List<string> regions = [.. blueprint.Regions.Keys], patterns = [.. blueprint.Sites.Keys], approvers = [.. blueprint.Governance?.Approvers.Keys ?? []];
        List<string> needed = [.. blueprint.Services.Keys, .. blueprint.Stores.Keys, .. blueprint.Externals.Keys, "chain"];
        List<string> copied = [.. blueprint.Stores.Keys, "chain"];
        List<string> places = [.. regions, .. patterns, .. TierNames, .. blueprint.Tiers.Keys];
        List<string> roadmap = [.. blueprint.Roadmap.Keys], policies = [.. blueprint.Routing?.Policies.Keys ?? []];
        List<string> routed = [.. regions, .. patterns, .. policies];
        var found = new List<Finding>();

        void Look(Element at, string key, string? name, List<string> known, string kind)
        {
            if (name is null || known.Contains(name))
                return;
            var hint = EditDistance.Nearest(name, known) is { } meant ? $"did you mean '{meant}'?" : known.Count is > 0 and <= 12 ? $"there is {known.Listed(12)}" : $"declare it, or remove the name";
            found.Add(Found(blueprint, at, key, $"there is no {kind} '{name}'", hint));
        }

        void LookAll(Element at, string key, IReadOnlyList<string> names, List<string> known, string kind)
        {
            for (var i = 0; i < names.Count; i++)
                Look(at, $"{key}[{i}]", names[i], known, kind);
        }

        foreach (var region in blueprint.Regions.Values)
        {
            Look(region, "standby", region.Standby, [.. regions, .. patterns], "region");
            Look(region, "site", region.Site, patterns, "site pattern");
            Look(region, "planned", region.Planned, roadmap, "roadmap item");
        }

        foreach (var site in blueprint.Sites.Values)
            Look(site, "near", site.Near, [.. places.Where(p => p != site.Name)], "tier, pattern or region");
        foreach (var service in blueprint.Services.Values)
        {
            LookAll(service, "needs", service.Needs, [.. needed, Blueprint.AllServices], "service, store or external system");
            LookAll(service, "regions", service.Regions, [.. regions, .. patterns], "region");
            Look(service, "size", service.Size, [.. blueprint.Sizes.Keys], "size");
            Look(service, "planned", service.Planned, roadmap, "roadmap item");
        }

        foreach (var store in blueprint.Stores.Values)
        {
            LookAll(store, "regions", store.Regions, [.. regions, .. patterns], "region");
            Look(store, "primary", store.Primary, regions, "region");
            Look(store, "residency", store.Residency, [.. blueprint.Residency.Keys], "residency rule");
            Look(store, "pool", store.Pool, [.. blueprint.Deployment?.NodePools.Keys ?? []], "node pool");
            Look(store, "planned", store.Planned, roadmap, "roadmap item");
            if (store.Replication is { } replication)
                LookAll(replication, "to", replication.To, [.. places], "region");
        }

        foreach (var backup in blueprint.AllBackups())
        {
            if (backup.Where is { } where)
                LookAll(where, "regions", where.Regions, places, "region");
        }

        foreach (var backup in blueprint.Backups.Values)
            LookAll(backup, "of", backup.Of, copied, "store");
        foreach (var policy in blueprint.Routing?.Policies.Values ?? [])
        {
            LookAll(policy, "among", policy.Among, routed, "region or routing policy");
            Look(policy, "otherwise", policy.Otherwise, routed, "region or routing policy");
            foreach (var name in policy.Shares.Keys)
                Look(policy, $"shares.{name}", name, routed, "region or routing policy");
            foreach (var (area, target) in policy.Areas)
                Look(policy, $"areas.{area}", target, routed, "region or routing policy");
        }

        if (blueprint.Routing is { } routing)
            LookAll(routing, "precedence", routing.Precedence, policies, "routing policy");
        foreach (var failover in Failovers(blueprint))
        {
            LookAll(failover, "to", failover.To, [.. places, "neighbour"], "region, tier or pattern");
            LookAll(failover, "approvals", failover.Approvals, approvers, "approver");
        }

        foreach (var drill in blueprint.Drills?.Programme ?? [])
            Look(drill, "region", drill.Region, [.. regions, .. blueprint.AllSites().Select(static s => s.Name)], "region");
        if (blueprint.Compliance?.Audit is { } audit)
            Look(audit, "store", audit.Store, copied, "store");
        foreach (var environment in blueprint.Deployment?.Environments.Values ?? [])
        {
            Look(environment, "variant", environment.Variant, [.. blueprint.Variants.Keys], "variant");
            Look(environment, "region", environment.Region, regions, "region");
        }

        foreach (var rule in blueprint.Residency.Values)
        {
            for (var i = 0; i < rule.Within.Count; i++)
            {
                if (blueprint.IsWithin("ZZ", rule.Within[i]) is null)
                    Look(rule, $"within[{i}]", rule.Within[i], [.. Areas.Names, .. blueprint.OwnAreas.Keys], "country or area");
            }
        }

        return found;
    }

    private static IEnumerable<FailoverPolicy> Failovers(Blueprint blueprint) =>
        new[] { blueprint.Failover?.Region, blueprint.Failover?.Database, blueprint.Failover?.Service }
            .Concat(blueprint.Tiers.Values.Select(t => t.Failover)).Concat(blueprint.Regions.Values.Select(r => r.Failover))
            .Concat(blueprint.Sites.Values.Select(s => s.Failover)).Concat(blueprint.Stores.Values.Select(s => s.Failover))
            .OfType<FailoverPolicy>();
}
