using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class StoreOverflowRule() : Rule("capacity.store-overflow", Severity.Error, "A store that its own ingest and retention overflow.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var store in blueprint.Stores.Values)
        {
            if (store.Ingest is not { } ingest || store.Keep is not { } keep)
                continue;
            if (blueprint.Room(store) is not { } room)
                continue;
            if (keep.IsForever)
            {
                if (room.High is not null)
                    yield return Found(blueprint, store, "keep", $"store {store.Name} takes {ingest} and keeps it forever in {Facts.SpokenBytes(room.High.Value)}", "state a retention, or say what older records are condensed into");
                continue;
            }

            // one byte is less than any record takes: what overflows at one byte overflows in truth
            var size = store.RecordSize?.Low.Bytes ?? 1;
            var records = ingest.Low.PerSecond * (decimal)keep.Period!.Value.Value.TotalSeconds;
            var need = records * size;
            if (room.High is not { } most || need <= most)
                continue;
            var full = TimeSpan.FromSeconds((double)(most / (ingest.Low.PerSecond * size)));
            var each = store.RecordSize is { } said ? $"{said} a record" : "even one byte a record";
            yield return Found(blueprint, store, "keep", $"store {store.Name} takes {ingest} and keeps it for {keep}: {Facts.SpokenBytes(need)} at {each}, but at most {Facts.SpokenBytes(most)} of room is declared; it is full after {full.Spoken()}",
                store.Rollups == true ? "state how long raw records are kept before only roll-ups remain, or declare the room" : "shorten the retention, keep roll-ups only, or declare the room");
        }
    }
}
