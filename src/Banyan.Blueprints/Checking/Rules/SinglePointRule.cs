using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class SinglePointRule() : Rule("consensus.single-point", Severity.Error, "A single point of failure under a promise of high availability.")
{
    /// <summary>From here on one machine does not hold the promise: 99.9 % leaves less than nine hours a year.</summary>
    private const decimal HighAvailability = 99.9m;

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var store in blueprint.Stores.Values.Where(s => s.Planned is null))
        {
            if (Promise(blueprint, store.Objectives, store.Failover ?? blueprint.Failover?.Database) is not { } promise)
                continue;
            if (store.Nodes is { IsExact: true, Low.Value: 1 })
                yield return Found(blueprint, store, "nodes", $"store {store.Name} is a single node, while {promise}", store.CanBecome.Count > 0 ? $"run it as {store.CanBecome.Listed()} from the start" : "give it at least one more node, or say what the platform does without it");
            if (store.Coordinators == 1)
                yield return Found(blueprint, store, "coordinators", $"store {store.Name} has one dedicated coordinator, while {promise}", "three coordinators survive the loss of one");
        }

        foreach (var service in blueprint.Services.Values.Where(s => s.Planned is null))
        {
            if (service.Instances is { } instances && instances.Low.Value == 1 && Promise(blueprint, service.Objectives, null) is { } promise)
                yield return Found(blueprint, service, "instances", $"service {service.Name} may run as a single instance, while {promise}", "start with two");
        }

        foreach (var pool in blueprint.Tiers.Values.SelectMany(t => t.Nodes.Values).Concat(blueprint.Deployment?.NodePools.Values ?? []))
        {
            if (pool.ControlPlane is { IsExact: true, Low.Value: 1 } && Promise(blueprint, null, null) is { } promise)
                yield return Found(blueprint, pool, "control_plane", $"pool {pool.Name} has one control plane node, while {promise}", "three survive the loss of one");
        }
    }

    private static string? Promise(Blueprint blueprint, Objectives? own, FailoverPolicy? failover)
    {
        if (blueprint.For(own, o => o.Availability) is { } availability && availability.Percent >= HighAvailability)
            return $"{availability} availability is promised";
        if (failover?.Mode == FailoverMode.Automatic)
            return "its failover is said to be automatic";
        var zones = blueprint.Regions.Values.FirstOrDefault(r => r.Zones is { Low.Value: > 1 });
        return zones is not null ? $"region {zones.Name} is spread over {zones.Zones} zones for high availability" : null;
    }
}
