using Banyan.Journal.Log.Merkle;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>What is known of a log and of what was tried for it. Immutable.</summary>
internal sealed record LogFacts
{
    public required string Partition { get; init; }

    /// <summary>Its newest checkpoint; null where there is none.</summary>
    public LogHead? Head { get; init; }

    /// <summary>Why there is none; null where the log is only empty.</summary>
    public string? HeadProblem { get; init; }

    /// <summary>What was on the chain when it was last looked at, by whoever anchored then; null where nothing was.</summary>
    public AnchorRecord? Record { get; init; }

    /// <summary>Since when the log has had more than was anchored; null where it has not.</summary>
    public DateTimeOffset? BehindSince { get; init; }

    /// <summary>When an anchor was last tried, by this process; null where none was.</summary>
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>Tries that failed since one succeeded.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last failed, in one line.</summary>
    public string? Failure { get; init; }
}

/// <summary>An anchor as it was last seen. Immutable; kept in the consensus store.</summary>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Block">The height at which it was made.</param>
/// <param name="Confirmed">Whether enough blocks have followed.</param>
internal sealed record AnchorRecord(long Size, MerkleHash Root, long Block, bool Confirmed);

/// <summary>What the blueprint asks for. Immutable.</summary>
/// <param name="Every">How often new checkpoints are anchored.</param>
/// <param name="Confirmations">Blocks, its own included, after which an anchor counts as made.</param>
internal sealed record AnchoringPolicy(TimeSpan Every, int Confirmations);

/// <summary>What to do about a log. Immutable.</summary>
/// <param name="State">How its anchor stands.</param>
/// <param name="Detail">More, in one line.</param>
/// <param name="Record">What is to be remembered.</param>
/// <param name="BehindSince">Since when the log has had more than is anchored and confirmed; null where it has not.</param>
/// <param name="Lost">That something that was anchored is not any more: to be said once; null where nothing is.</param>
internal sealed record AnchorDecision(AnchorState State, string? Detail, AnchorRecord? Record, DateTimeOffset? BehindSince, string? Lost)
{
    /// <summary>The checkpoint to anchor now; null: none.</summary>
    public LogHead? Anchor { get; init; }
}

/// <summary>How a log's anchor stands.</summary>
internal enum AnchorState
{
    /// <summary>The log has no entries.</summary>
    Empty,

    /// <summary>The log shows no checkpoint that can be trusted.</summary>
    NoCheckpoint,

    /// <summary>The newest checkpoint is anchored and confirmed.</summary>
    Anchored,

    /// <summary>The newest checkpoint is in a block that others must follow.</summary>
    Confirming,

    /// <summary>A newer checkpoint is to be anchored.</summary>
    Behind,

    /// <summary>A newer checkpoint waits until the contracts are resumed.</summary>
    Paused,

    /// <summary>The contracts are not there.</summary>
    Undeployed,

    /// <summary>The chain gives no answer that can be used.</summary>
    Unreachable,

    /// <summary>The log and the anchor contradict each other. Nothing is anchored until somebody has looked.</summary>
    Fork,

    /// <summary>The log shows less than is anchored. Nothing is anchored.</summary>
    LogBehind,
}
