using Banyan.Blueprints.Model;
using Banyan.Blueprints.Placement;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class StandbyAbroadRule() : Rule("residency.standby", Severity.Warning, "A standby of personal data under another law, and nothing says that it may lie there.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (!blueprint.HoldsPersonalData())
            yield break;
        var abroad = blueprint.Regions.Values.Select(r => (Home: r, Land: blueprint.Regions.Find(r.Standby)?.Jurisdiction))
            .Where(s => s.Home.Jurisdiction is { } home && s.Land is { } land && land != home && !blueprint.IsSettled(land) && blueprint.KeepsOutOf(s.Home, land) is null).ToList();
        if (abroad.Count > 0)
            yield return Found(blueprint, abroad[0].Home, "standby", $"personal data goes under another law with the {(abroad.Count == 1 ? "standby" : "standbys")} of {abroad.Select(static s => $"{s.Home.Name} ({s.Home.Jurisdiction}, in {s.Land})").Listed()}, and no residency rule says that it may", "name where it must stay (within), or the agreement by which it may go there (agreements)");
    }
}
