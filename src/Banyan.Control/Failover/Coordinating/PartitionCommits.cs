using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Deciding;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Failover.Coordinating;

/// <summary>The commits that move a partition. Each compares with what was read, so that of two who decide only one succeeds. Thread-safe.</summary>
internal sealed class PartitionCommits(IConsensusStore store, TimeProvider time)
{
    /// <summary>Makes the first record where there is none.</summary>
    public Task<StoreCommit> CreateAsync(string partition, PartitionRecord record, CancellationToken cancellationToken) => store.CommitAsync(
        [new StoreCondition(PartitionKeys.Record(partition), 0)],
        [new StoreWrite(PartitionKeys.Record(partition), (record with { Since = time.GetUtcNow() }).ToJson())], cancellationToken);

    /// <summary>Raises the epoch with another primary. Whoever held the lease holds it no more.</summary>
    /// <param name="partition">Its name.</param>
    /// <param name="read">The record that the decision was made by.</param>
    /// <param name="hold">The lease's key that it was made by; null where there was none.</param>
    /// <param name="primary">The region that takes over.</param>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="carrying">How the new primary's region stands to what it carries then.</param>
    /// <param name="blocks">Whether a synchronous partition stays so though its new primary has no standby yet: its commits wait for one.</param>
    /// <param name="cancellationToken">Cancels it; whether it was made is then unknown.</param>
    public async Task<bool> RaiseAsync(string partition, StoredValue read, StoredValue? hold, string primary, string reason, Carrying carrying, bool blocks, CancellationToken cancellationToken)
    {
        var before = PartitionRecord.Parse(read.Value);
        var after = before with
        {
            Epoch = before.Epoch + 1,
            Primary = primary,
            Previous = before.Primary,
            Planned = before.Target == primary,
            Target = null,
            Synchronous = before.Synchronous && blocks, // Else not until a standby of the new primary is in sync.
            InSync = [],
            Reason = reason,
            Shed = carrying.Shed,
            Shortage = carrying.Shortage,
            Since = time.GetUtcNow(),
        };
        var lease = PartitionKeys.Lease(partition);
        var writes = new List<StoreWrite> { new(PartitionKeys.Record(partition), after.ToJson()) };
        if (hold is not null)
            writes.Add(new StoreWrite(lease, null));
        var commit = await store.CommitAsync([new StoreCondition(read.Key, read.Revision), new StoreCondition(lease, hold?.Revision ?? 0)], writes, cancellationToken);
        return commit.Made;
    }

    /// <summary>Sets or takes back the target of a planned switch; a request for one is done with.</summary>
    public async Task<bool> SetTargetAsync(string partition, StoredValue read, string? target, string reason, CancellationToken cancellationToken)
    {
        var record = PartitionRecord.Parse(read.Value) with { Target = target, Reason = reason, Since = time.GetUtcNow() };
        return (await store.CommitAsync(
            [new StoreCondition(read.Key, read.Revision)], [new StoreWrite(read.Key, record.ToJson()), new StoreWrite(MoveKeys.Request(partition), null)], cancellationToken)).Made;
    }

    /// <summary>Drops a request for a switch.</summary>
    public Task<StoreCommit> DropRequestAsync(string partition, CancellationToken cancellationToken) =>
        store.CommitAsync([], [new StoreWrite(MoveKeys.Request(partition), null)], cancellationToken);

    /// <summary>Says which standbys hold every acknowledged change.</summary>
    public Task<bool> SetInSyncAsync(StoredValue read, IReadOnlyList<string> regions, CancellationToken cancellationToken) =>
        ReplaceAsync(read, PartitionRecord.Parse(read.Value) with { Synchronous = regions.Count > 0, InSync = regions }, cancellationToken);

    /// <summary>Says which services the primary's region does without.</summary>
    public Task<bool> SetShedAsync(StoredValue read, Carrying carrying, CancellationToken cancellationToken) =>
        ReplaceAsync(read, PartitionRecord.Parse(read.Value) with { Shed = carrying.Shed, Shortage = carrying.Shortage }, cancellationToken);

    /// <summary>Notes an approval of moving a partition out of its present epoch.</summary>
    public Task<StoreCommit> ApproveAsync(string partition, int epoch, string role, string by, CancellationToken cancellationToken) =>
        store.CommitAsync([], [new StoreWrite(MoveKeys.Approval(partition, epoch, role), by)], cancellationToken);

    private async Task<bool> ReplaceAsync(StoredValue read, PartitionRecord record, CancellationToken cancellationToken) =>
        (await store.CommitAsync([new StoreCondition(read.Key, read.Revision)], [new StoreWrite(read.Key, record.ToJson())], cancellationToken)).Made;
}

/// <summary>What people say about moves, in the consensus store.</summary>
internal static class MoveKeys
{
    /// <summary>While it is there nothing moves; its value says why.</summary>
    public const string Pause = "moves/pause";

    /// <summary>The region that a partition is asked to switch to.</summary>
    public static string Request(string partition) => "moves/to/" + partition;

    /// <summary>A role's approval.</summary>
    public static string Approval(string partition, int epoch, string role) => PartitionKeys.Approvals(partition, epoch) + role;
}
