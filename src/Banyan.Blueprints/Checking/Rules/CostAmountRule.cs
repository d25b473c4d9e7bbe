using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class CostAmountRule() : Rule("costs.amount", Severity.Error, "A price that pays for less data than the platform is to hold.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Demand?.Stored is not { } stored || blueprint.Prices is not { } prices)
            yield break;
        var regions = blueprint.HomeCount();
        var items = (prices.EachRegion?.Items.Values ?? []).Where(i => i.Amount is { High: not null }).Select(i => (Item: i, Paid: i.Amount!.Value.High!.Value.Bytes * (decimal)regions))
            .Concat((prices.Platform?.Items.Values ?? []).Where(i => i.Amount is { High: not null }).Select(i => (Item: i, Paid: (decimal)i.Amount!.Value.High!.Value.Bytes))).ToList();
        var paid = items.Sum(i => i.Paid);
        if (items.Count == 0 || paid >= stored.Low.Bytes)
            yield break;
        var most = items.MaxBy(i => i.Paid).Item;
        yield return Found(blueprint, most, "amount", $"the prices pay for {Facts.SpokenBytes(paid)} over {regions} regions, but {stored} are to be held: {stored.Low.Bytes / paid:0.#} times as much", "price the data that is demanded");
    }
}
