using Banyan.Blueprints.Model;
using Banyan.Blueprints.Placement;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class StandbyAbroadRule() : Rule("residency.standby", Severity.Warning, "A standby of personal data under another law, and nothing says that it may lie there.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (!blueprint.HoldsPersonalData())
            yield break;
        foreach (var region in blueprint.Regions.Values)
        {
            if (region.Jurisdiction is { } land && blueprint.Regions.Find(region.Standby)?.Jurisdiction is { } other && other != land && !blueprint.IsSettled(other) && blueprint.KeepsOutOf(region, other) is null)
                yield return Found(blueprint, region, "standby", $"the standby of {region.Name} ({land}) lies in {region.Standby} ({other}): personal data goes there, and no residency rule says that it may", "name where it must stay (within), or the agreement by which it may go there (agreements)");
        }
    }
}
