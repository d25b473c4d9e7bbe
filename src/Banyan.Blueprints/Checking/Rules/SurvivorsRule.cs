using Banyan.Blueprints.Carrying;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class SurvivorsRule() : Rule("capacity.survivors", Severity.Error, "The regions that are left can't carry the load of a lost one.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var regions = blueprint.Regions.Values.Where(r => r.Planned is null).ToList();
        foreach (var lost in regions)
        {
            if (lost.Share is { } share && regions.Find(r => r.Name == lost.Standby) is { Share: { } own, Capacity.Share: { } capacity } standby && new CarriedLoad(own.Percent + share.Percent, capacity.Percent) is { IsShort: true } load)
                yield return Found(blueprint, standby, "capacity", $"when {lost.Name} is lost, {standby.Name} must carry {load.Percent:0.##}% of the load with a capacity of {capacity}", "raise its capacity, or name another standby");
        }

        if (regions.Count > 1 && regions.All(r => r.Capacity?.Share is not null) && regions.All(r => r.Share is null))
        {
            var all = regions.Sum(r => r.Capacity!.Share!.Value.Percent);
            foreach (var lost in regions.Where(r => all - r.Capacity!.Share!.Value.Percent < 100))
                yield return Found(blueprint, lost, "capacity", $"without {lost.Name} the others can carry {all - lost.Capacity!.Share!.Value.Percent:0.##}% of the load", "raise the capacity of the others");
        }

        if (blueprint.Demand?.Requests is { } requests && blueprint.Objectives?.EachRegion is { } each && each.Throughput.Find("requests") is { High: { } per } && blueprint.RegionCount() is { High: { } count } && count > 1)
        {
            var left = (count - 1) * per.PerSecond;
            if (left < requests.Low.PerSecond)
                yield return Found(blueprint, each, "throughput", $"each of {count} regions serves {per}; with one lost, the others serve {left:0.##}/s of the {requests} demanded", "plan each region for its part of the load and that of a lost neighbour");
        }
    }
}
