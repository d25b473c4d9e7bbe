using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class RpoRule() : Rule("recovery.rpo", Severity.Error, "An RPO that no backup interval and no replication out of the region can give.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var backups = blueprint.AllBackups().ToList();
        var without = new List<(Store Store, Duration Rpo)>();
        foreach (var store in blueprint.Stores.Values.Where(s => s.KeepsData() && s.Planned is null))
        {
            if (blueprint.For(store.Objectives, o => o.Rpo) is not { } rpo)
                continue;
            var own = backups.Where(b => b.Of.Contains(store.Name)).ToList();
            var copies = own.Select(b => Loss(b)).ToList();
            var replicated = store.Replication is { } replication && replication.LeavesRegion() ? Loss(replication) : null;
            if (copies.Append(replicated).Any(l => l is { } loss && loss <= rpo.Value))
                continue;
            if (replicated is { } lag)
            {
                yield return Found(blueprint, store.Replication!, "lag", $"store {store.Name} promises an RPO of {rpo}, but its copies may lag by {new Duration(lag)}", "bound the lag, or promise less");
                continue;
            }

            // copies that are made without a stated rhythm, or streamed without a stated lag, may be enough: nothing can be said
            if (copies.Any(c => c is null) || (store.Replication is { } silent && silent.LeavesRegion()))
                continue;
            var least = copies.Where(c => c is not null).Min();
            if (least is { } interval)
            {
                var backup = own.MinBy(b => Loss(b) ?? TimeSpan.MaxValue)!;
                var stays = store.Replication is { Mode: not ReplicationMode.None } ? "; its replication stays within the region" : "";
                yield return Found(blueprint, backup, "every", $"store {store.Name} promises an RPO of {rpo}, but is backed up every {new Duration(interval)}{stays}: losing its region loses up to {interval.Spoken()} of changes",
                    $"back it up at least every {rpo}, archive its log continuously, or replicate it to another region");
            }
            else if (store.Immutable != true)
            {
                without.Add((store, rpo));
            }
        }

        // one finding for all that the plan is silent about: it is one thing to do
        foreach (var group in without.GroupBy(w => w.Rpo))
        {
            var names = group.Select(w => w.Store.Name).ToList();
            var (stores, fall) = names.Count == 1 ? ("store", "falls") : ("stores", "fall");
            yield return Found(blueprint, group.First().Store, null, $"{stores} {names.Listed(12)} {fall} under an RPO of {group.Key}, but neither a backup nor a copy outside of the region is declared", "declare backup or replication, or say that the data can be made again", Severity.Warning);
        }
    }

    /// <summary>The most that a backup loses; null where its rhythm is not said.</summary>
    private static TimeSpan? Loss(Backup backup) =>
        backup.PointInTime == true || backup.Every is { IsContinuous: true } ? TimeSpan.Zero : backup.Every?.Interval?.Value;

    /// <summary>The most that replication loses; null where its lag is not bounded by what is said.</summary>
    private static TimeSpan? Loss(Replication replication) =>
        replication.Mode is ReplicationMode.Synchronous or ReplicationMode.Consensus ? TimeSpan.Zero : replication.Lag?.Value;
}
