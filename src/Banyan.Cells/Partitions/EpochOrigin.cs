using Banyan.Engines.Consensus;

namespace Banyan.Cells.Partitions;

/// <summary>A role's consent to moving a partition.</summary>
/// <param name="Role">The role, such as <c>cto</c>.</param>
/// <param name="By">The account that gave it.</param>
internal sealed record MoveApproval(string Role, string By);

/// <summary>How the epoch came about that an app serves in. Thread-safe.</summary>
internal sealed class EpochOrigin(IConsensusStore store, string partition, PartitionRecord record)
{
    /// <summary>The partition's record, as it was when its lease was taken.</summary>
    public PartitionRecord Record => record;

    /// <summary>Who had approved that the epoch before ends; empty where nobody was asked.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public async Task<IReadOnlyList<MoveApproval>> ReadApprovalsAsync(CancellationToken cancellationToken)
    {
        var prefix = PartitionKeys.Approvals(partition, record.Epoch - 1);
        return [.. (await store.ListAsync(prefix, cancellationToken)).Values.Select(v => new MoveApproval(v.Key[prefix.Length..], v.Value))];
    }
}
