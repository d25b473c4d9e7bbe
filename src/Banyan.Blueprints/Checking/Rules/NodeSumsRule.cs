using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class NodeSumsRule() : Rule("totals.nodes", Severity.Error, "A cluster's or a price's number of machines is not that of its parts.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var store in blueprint.Stores.Values)
        {
            if (store.Nodes is { IsExact: true } nodes && store.Masters is { } masters && store.Replicas is { } replicas && masters + replicas != nodes.Low.Value)
                yield return Found(blueprint, store, "nodes", $"store {store.Name} has {nodes} nodes, but {masters} masters and {replicas} replicas", "make the parts add up");
        }

        var pools = blueprint.Deployment?.NodePools.Values.ToList() ?? [];
        if (pools.Count == 0 || pools.Any(p => p.Count is null))
            yield break;
        var listed = pools.Sum(p => p.Count!.Value.Low.Value);
        foreach (var item in blueprint.Prices?.EachRegion?.Items.Values ?? [])
        {
            if (item.Nodes is { } paid && item.Covers.Contains("deployment.nodepools", StringComparer.OrdinalIgnoreCase) | item.Covers.Any(c => c.Contains("pools", StringComparison.OrdinalIgnoreCase)) && !paid.Contains(new Count(listed)))
                yield return Found(blueprint, item, "nodes", $"the price is for {paid} machines, but the pools have {listed} ({pools.Select(p => $"{p.Name} {p.Count}").Listed()})", "price the machines that the pools start with, and those that scaling adds", Severity.Warning);
        }
    }
}
