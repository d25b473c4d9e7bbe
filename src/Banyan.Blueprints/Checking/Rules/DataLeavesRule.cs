using Banyan.Blueprints.Model;
using Banyan.Blueprints.Placement;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class DataLeavesRule() : Rule("residency.leaves", Severity.Error, "Replication or a backup that leaves the place in which residency keeps the data.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var store in blueprint.Stores.Values)
        {
            foreach (var rule in RulesOf(blueprint, store))
            {
                var homes = Homes(blueprint, store);
                foreach (var home in homes)
                {
                    if (home.Jurisdiction is { } land && Outside(blueprint, rule, land) is { } where)
                        yield return Found(blueprint, store, "regions", $"store {store.Name} lies in region {home.Name} ({land}), but residency rule {rule.Name} keeps its data {where}", "keep it in regions within the rule");
                }

                foreach (var name in store.Replication?.To ?? [])
                {
                    if (blueprint.Regions.Find(name)?.Jurisdiction is not { } land)
                        continue;
                    if (Outside(blueprint, rule, land) is { } where)
                        yield return Found(blueprint, store.Replication!, "to", $"store {store.Name} replicates to {name} ({land}), but residency rule {rule.Name} keeps its data {where}", "replicate within the rule");
                    else if (rule.HomeCountry == true && !Agreed(blueprint, rule, land) && homes.Select(h => h.Jurisdiction).OfType<string>().FirstOrDefault(h => h != land) is { } from)
                        yield return Found(blueprint, store.Replication!, "to", $"store {store.Name} replicates from {from} to {name} ({land}), but residency rule {rule.Name} keeps data in its resident's country", "replicate within the country");
                }

                if (store.Backup?.Where is { } place)
                {
                    foreach (var finding in BackupLeaves(blueprint, store, rule, homes, place))
                        yield return finding;
                }
            }
        }

        // a region's standby holds all of its partition
        foreach (var region in blueprint.Regions.Values)
        {
            if (blueprint.Regions.Find(region.Standby)?.Jurisdiction is { } other && blueprint.KeepsOutOf(region, other) is { } rule)
                yield return Found(blueprint, region, "standby", $"the standby of {region.Name} ({region.Jurisdiction ?? "no jurisdiction"}) lies in {region.Standby} ({other}), but residency rule {rule.Name} keeps data {(rule.HomeCountry == true ? "in its resident's country" : $"within {rule.Within.Listed()}")}", "name a standby within it, or the agreement by which data may go there (agreements)");
        }
    }

    private IEnumerable<Finding> BackupLeaves(Blueprint blueprint, Store store, ResidencyRule rule, List<Region> homes, BackupPlace place)
    {
        var lands = place.Regions.Select(r => blueprint.Regions.Find(r)?.Jurisdiction).Append(place.Jurisdiction).OfType<string>().Distinct();
        foreach (var land in lands)
        {
            if (Outside(blueprint, rule, land) is { } where)
                yield return Found(blueprint, store.Backup!, "where", $"backups of store {store.Name} lie in {land}, but residency rule {rule.Name} keeps its data {where}", "keep them within the rule, or encrypt them with keys that stay");
            else if (rule.HomeCountry == true && !Agreed(blueprint, rule, land) && homes.Exists(h => h.Jurisdiction is { } home && home != land))
                yield return Found(blueprint, store.Backup!, "where", $"backups of store {store.Name} lie in {land}, but residency rule {rule.Name} keeps data in its resident's country", "keep them in the country");
        }
    }

    private static string? Outside(Blueprint blueprint, ResidencyRule rule, string land) =>
        rule.Within.Count == 0 || Agreed(blueprint, rule, land) || rule.Within.Any(w => blueprint.IsWithin(land, w) is true or null) ? null : $"within {rule.Within.Listed()}";

    private static bool Agreed(Blueprint blueprint, ResidencyRule rule, string land) => rule.Agreements.Any(a => blueprint.IsWithin(land, a) is true);

    private static IEnumerable<ResidencyRule> RulesOf(Blueprint blueprint, Store store) =>
        blueprint.Residency.Values.Where(r => r.Name == store.Residency || (store.Residency is null && store.PersonalData == true && r.Covers.Contains("personal")));

    private static List<Region> Homes(Blueprint blueprint, Store store) =>
        [.. blueprint.Regions.Values.Where(r => store.Primary is { } primary ? r.Name == primary : store.Regions.Count == 0 || store.Regions.Contains(r.Name))];
}
