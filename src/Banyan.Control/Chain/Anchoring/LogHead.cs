using Banyan.Journal.Log.Merkle;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>The newest checkpoint of a log, its signatures checked. Immutable.</summary>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
internal sealed record LogHead(long Size, MerkleHash Root);

/// <summary>What looking for a log's newest checkpoint gave. Immutable.</summary>
/// <param name="Head">The checkpoint; null where there is none to anchor.</param>
/// <param name="Problem">Why there is none, in one line; null where the log is only empty.</param>
internal sealed record HeadSight(LogHead? Head, string? Problem);

/// <summary>The newest anchor of a log on the chain. Immutable.</summary>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Block">The height at which it was made.</param>
internal sealed record ChainAnchor(long Size, MerkleHash Root, long Block);

/// <summary>The chain at one moment. Immutable.</summary>
internal sealed record ChainSight
{
    /// <summary>Why it gives no answer that can be used, in one line; null where it does.</summary>
    public string? Problem { get; init; }

    /// <summary>Its height.</summary>
    public long Height { get; init; }

    /// <summary>Whether all contracts are there.</summary>
    public bool Deployed { get; init; }

    /// <summary>Whether a guardian has paused them.</summary>
    public bool Paused { get; init; }

    /// <summary>Of each partition with an anchor, the newest.</summary>
    public IReadOnlyDictionary<string, ChainAnchor> Newest { get; init; } = new Dictionary<string, ChainAnchor>();
}
