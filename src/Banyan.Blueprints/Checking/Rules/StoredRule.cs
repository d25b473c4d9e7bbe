using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class StoredRule() : Rule("totals.stored", Severity.Error, "The data that the platform must hold does not fit into the room that is declared.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Demand is not { Stored: { } stored } demand || blueprint.Stores.Count == 0)
            yield break;
        var keeping = blueprint.Stores.Values.Where(s => s.KeepsData()).ToList();
        var known = keeping.Select(s => (Store: s, Room: blueprint.Room(s))).Where(s => s.Room is not null).ToList();
        if (known.Count == 0 || known.Any(k => k.Room!.Value.High is null) || !known.Any(k => k.Store.Role is StoreRole.Object or StoreRole.Block or StoreRole.File))
            yield break;
        var room = known.Sum(k => k.Room!.Value.High!.Value);
        if (room >= stored.Low.Bytes)
            yield break;
        var silent = keeping.Where(s => blueprint.Room(s) is null).Select(s => s.Name).ToList();
        yield return Found(blueprint, demand, "stored",
            $"{stored} are to be held, but the stores whose size is declared hold {Facts.SpokenBytes(room)} over all regions" + (silent.Count > 0 ? $"; {silent.Listed()} would have to hold the rest" : ""),
            "declare the room that the data needs", silent.Count > 0 ? Severity.Warning : Severity.Error);
    }
}
