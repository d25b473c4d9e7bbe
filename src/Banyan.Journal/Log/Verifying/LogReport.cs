using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Verifying;

/// <summary>What came of verifying a log. Immutable.</summary>
public sealed record LogReport
{
    /// <summary>Which log.</summary>
    public required string Origin { get; init; }

    /// <summary>Where it was read.</summary>
    public required string Source { get; init; }

    /// <summary>What its checkpoint is worth; null where there is none.</summary>
    public CheckpointVerdict? Checkpoint { get; init; }

    /// <summary>Entries of bundles whose leaf is the one that the checkpoint commits to.</summary>
    public long Entries { get; init; }

    /// <summary>Entries whose row in the journal was compared too.</summary>
    public long Rows { get; init; }

    /// <summary>Of those, entries of which something was erased: their leaves are there, the row can't be compared with what it was.</summary>
    public long Erased { get; init; }

    /// <summary>Of those, entries of which who made them was erased and the rest stayed: what is left is proven by nothing any more.</summary>
    public long Unproven { get; init; }

    /// <summary>Checkpoints that were checked.</summary>
    public int Checkpoints { get; init; }

    /// <summary>Cosignatures that hold.</summary>
    public int Cosignatures { get; init; }

    /// <summary>What is wrong, first entry first; at most <see cref="LogVerifier.MostProblems"/>.</summary>
    public IReadOnlyList<LogProblem> Problems { get; init; } = [];
}

/// <summary>Something of a log that is not as it must be. Immutable.</summary>
/// <param name="Log">The log's origin.</param>
/// <param name="Place">Where: <c>checkpoint</c>, a tile's or a bundle's path, or the journal's row.</param>
/// <param name="Entry">The position in the journal of the entry that it begins with, from 1; null where it is about none.</param>
/// <param name="Message">What, in one sentence.</param>
public sealed record LogProblem(string Log, string Place, long? Entry, string Message);
