using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ResidentsRule() : Rule("totals.residents", Severity.Error, "The regions' residents don't add up to the residents that the platform is built for.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var regions = blueprint.Regions.Values.Where(r => r.Tier != Tier.Edge).ToList();
        if (blueprint.Demand is not { Residents: { } wanted } demand || regions.Count == 0 || regions.Any(r => r.Residents is null))
            yield break;
        var low = regions.Sum(r => r.Residents!.Value.Low.Value);
        long? high = regions.Any(r => r.Residents!.Value.IsOpen) ? null : regions.Sum(r => r.Residents!.Value.High!.Value.Value);
        if (high is { } most && most < wanted.Low.Value)
        {
            var today = demand.Population is { } population && !Touch(low, most, population) ? $" (nor to the population of {population})" : "";
            yield return Found(blueprint, demand, "residents",
                $"the regions' residents add up to {new Count(most)}, not to {wanted}{today}: {new Count(wanted.Low.Value - most)} residents have no home region",
                "give each resident a home: raise the regions' residents or lower demand.residents");
        }
        else if (wanted.High is { } limit && low > limit.Value)
        {
            yield return Found(blueprint, demand, "residents", $"the regions' residents add up to {new Count(low)}, more than the {wanted} that the platform is built for",
                "plan for the residents that the regions have, or move them");
        }
    }

    private static bool Touch(long low, long high, Range<Count> range) => high >= range.Low.Value && (range.High is not { } top || low <= top.Value);
}
