using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class TakeOverRule() : Rule("capacity.takes-over", Severity.Error, "A region that is said to take over a load that it is not provisioned for.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var region in blueprint.Regions.Values)
        {
            if (region is not { TakesOver: { } load, Capacity: { } capacity })
                continue;
            if (capacity.Share is { } share && share < load)
            {
                yield return Found(blueprint, region, "takes_over", $"region {region.Name} is to carry {load} of the platform's load when others fail, but is provisioned for {share}", "provision it for what it must carry, or shed load by priority");
            }
            else if (capacity.Level is { } level and not CapacityLevel.Full && capacity.Share is null && load.Percent >= 100)
            {
                var usual = region.Share is { } part ? $" for its {part}" : "";
                yield return Found(blueprint, region, "takes_over", $"region {region.Name} is provisioned with {(level == CapacityLevel.Minimal ? "minimal" : "reduced")} capacity{usual}, yet is to carry {load} of the load when others fail",
                    "state its capacity as a share, and how long scaling up takes against the RTO");
            }
        }
    }
}
