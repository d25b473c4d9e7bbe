using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class PriceSumsRule() : Rule("totals.prices", Severity.Error, "A stated total of prices is not the sum of its items.")
{
    /// <summary>Totals are rounded in plans; half a per cent is no contradiction.</summary>
    private const decimal Rounding = 0.005m;

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Prices is not { } prices)
            yield break;
        foreach (var (list, key) in new[] { (prices.EachRegion, "each region"), (prices.Platform, "the platform") })
        {
            if (list?.Total is { } total && Sum(list) is { } sum && Differ(sum, total))
                yield return Found(blueprint, list, "total", $"the items of {key} add up to {sum}, not to the stated {total}", "correct the total or the items");
        }

        if (prices.Total is not { } stated)
            yield break;
        var all = new List<Range<Money>>();
        var regions = blueprint.HomeCount();
        if (prices.EachRegion is { } each && (each.Total ?? Sum(each)) is { } one)
            all.Add(new(one.Low with { Amount = one.Low.Amount * regions }, one.High is { } high ? high with { Amount = high.Amount * regions } : null));
        if (prices.Platform is { } platform && (platform.Total ?? Sum(platform)) is { } central)
            all.Add(central);
        if (all.Count > 0 && Add(all) is { } everything && Differ(everything, stated))
            yield return Found(blueprint, prices, "total", $"{regions} regions and what serves them all come to {everything}, not to the stated {stated}", "correct the total or the parts");
    }

    private static Range<Money>? Sum(PriceList list) =>
        list.Items.Count == 0 || list.Items.Values.Any(i => i.Price is null) ? null : Add([.. list.Items.Values.Select(i => i.Price!.Value)]);

    private static Range<Money>? Add(List<Range<Money>> parts)
    {
        var first = parts[0].Low;
        if (parts.Any(p => !p.Low.IsLike(first)))
            return null;
        Money? high = parts.Any(p => p.High is null) ? null : first with { Amount = parts.Sum(p => p.High!.Value.Amount) };
        return new(first with { Amount = parts.Sum(p => p.Low.Amount) }, high);
    }

    private static bool Differ(Range<Money> sum, Range<Money> stated) =>
        sum.Low.IsLike(stated.Low) && (Off(sum.Low, stated.Low) || (sum.High is { } high && stated.High is { } top && Off(high, top)));

    private static bool Off(Money a, Money b) => Math.Abs(a.Amount - b.Amount) > Math.Max(a.Amount, b.Amount) * Rounding;
}
