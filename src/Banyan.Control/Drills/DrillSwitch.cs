using Banyan.Cells.Partitions;
using Banyan.Control.Drills.Watching;
using Banyan.Control.Failover.Coordinating;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Drills;

/// <summary>Has a partition move in order, by asking the control plane as anyone may: with the record's target.</summary>
internal sealed class DrillSwitch(IConsensusStore store, string partition, StoreWatcher watcher, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks, and waits until the region's cell holds the lease.</summary>
    /// <returns>Null where it moved, else why not, in one line.</returns>
    public async Task<string?> MoveAsync(string region, TimeSpan patience, CancellationToken cancellationToken)
    {
        var commits = new PartitionCommits(store, time);
        var began = time.GetTimestamp();
        var why = "nobody carried it out";
        while (time.GetElapsedTime(began) < patience)
        {
            try
            {
                if (await store.GetAsync(PartitionKeys.Record(partition), cancellationToken) is not { } read)
                    return "the consensus store has no record of it";
                var record = PartitionRecord.Parse(read.Value);
                if (record.Primary == region && watcher.Hold is { } hold && hold.Region == region && hold.Epoch == record.Epoch)
                    return null;
                if (record.Primary != region && record.Target is null)
                    await commits.SetTargetAsync(read, region, "a drill asks for it", cancellationToken);
            }
            catch (ConsensusUnavailableException unavailable)
            {
                why = unavailable.Message.TrimEnd('.');
            }

            await Task.Delay(Interval, time, cancellationToken);
        }

        return why;
    }
}
