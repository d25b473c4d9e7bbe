using Banyan.Journal.Log.Merkle;

namespace Banyan.Journal.Log.Anchors;

/// <summary>A checkpoint of a log as the chain's contract has it. Immutable.</summary>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Block">The height of the block in which it was anchored.</param>
/// <param name="At">That block's time, as its maker says; whole seconds.</param>
public sealed record LogAnchor(long Size, MerkleHash Root, long Block, DateTimeOffset At);
