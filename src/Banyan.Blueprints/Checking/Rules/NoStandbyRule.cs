using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class NoStandbyRule() : Rule("recovery.no-standby", Severity.Error, "A region without a standby, or that is its own: its partition is lost with it.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var several = blueprint.Regions.Count > 1;
        foreach (var region in blueprint.Regions.Values)
        {
            if (region.Standby == region.Name)
                yield return Found(blueprint, region, "standby", $"region {region.Name} is its own standby", "name another region");
            else if (several && region.Standby is null && region.Database is null && region.Planned is null && blueprint.FailoverOf(region)?.Mode is FailoverMode.Automatic or FailoverMode.Manual && blueprint.Regions.Values.Any(r => r.Standby is not null))
                yield return Found(blueprint, region, null, $"region {region.Name} has no standby: when it is lost, nobody holds its data", "name the region that holds its standby");
        }
    }
}
