using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class CostsLeftOutRule() : Rule("costs.left-out", Severity.Warning, "Costs that leave out what is declared.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Prices is not { } prices)
            yield break;
        var covered = new[] { prices.EachRegion, prices.Platform }.OfType<PriceList>().SelectMany(l => l.Items.Values).SelectMany(i => i.Covers).ToList();
        if (covered.Count == 0)
            yield break;
        var declared = blueprint.Stores.Values.Where(s => s.Planned is null).Select(s => $"stores.{s.Name}")
            .Concat(blueprint.Deployment?.NodePools.Keys.Select(p => $"deployment.node_pools.{p}") ?? [])
            .Concat(blueprint.Chain is null ? [] : ["chain"])
            .Concat(blueprint.Gateway is null ? [] : ["gateway"]);
        var left = declared.Where(d => !covered.Exists(c => d == c || d.StartsWith(c + ".", StringComparison.Ordinal) || c.StartsWith(d + ".", StringComparison.Ordinal))).ToList();
        if (left.Count > 0)
            yield return Found(blueprint, prices, null, $"no price pays for {left.Listed(12)}", "price them, or say which item covers them");
    }
}
