using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Carrying;

/// <summary>A blueprint's figures about load and capacity, in one unit: per cent of the platform's whole load. Pure.</summary>
public static class BlueprintLoads
{
    /// <summary>The part of the platform's load that a region makes: its share of the traffic, else its part of all residents; null where neither is said.</summary>
    public static decimal? LoadOf(this Blueprint blueprint, Region region)
    {
        if (region.Share is { } share)
            return share.Percent;
        var regions = blueprint.Regions.Values.Where(static r => r.Planned is null).ToList();
        if (region.Residents is not { } own || regions.Exists(static r => r.Residents is null || r.Share is not null))
            return null;
        var all = regions.Sum(static r => (decimal)r.Residents!.Value.Low.Value);
        return all > 0 ? 100 * own.Low.Value / all : null;
    }

    /// <summary>
    /// What a region is provisioned for: its capacity; where that is a word without a number (<c>reduced</c>), its own part of the
    /// load, for nothing shows that it can do more; where nothing is said of it, what every region promises to serve of the demand.
    /// Null where the blueprint says nothing at all.
    /// </summary>
    public static decimal? CapacityOf(this Blueprint blueprint, Region region)
    {
        if (region.Capacity is { } capacity)
            return capacity.Share?.Percent ?? blueprint.LoadOf(region);
        return blueprint is { Demand.Requests: { } demanded, Objectives.EachRegion: { } each } && demanded.Low.PerSecond > 0 && each.Throughput.Find("requests") is { High: { } served }
            ? 100 * served.PerSecond / demanded.Low.PerSecond
            : null;
    }

    /// <summary>The services that run, with what each takes of a region in usual times: its fewest instances, by their cores where every service's are said.</summary>
    public static IReadOnlyList<ServiceLoad> ServiceLoads(this Blueprint blueprint)
    {
        var services = blueprint.Services.Values.Where(static s => s.Planned is null).ToList();
        var byCores = services.TrueForAll(s => blueprint.ResourcesOf(s)?.Cpu is { Low.Millicores: > 0 });
        return [.. services.Select(s => new ServiceLoad(s.Name, s.Priority, Math.Max(1, s.Instances?.Low.Value ?? 1) * (byCores ? blueprint.ResourcesOf(s)!.Cpu!.Value.Low.Cores : 1)))];
    }
}
