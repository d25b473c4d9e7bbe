using System.Numerics;

namespace Banyan.Journal.Log.Merkle;

/// <summary>
/// A tree that is appended to, held by its right edge alone: the roots of the perfect subtrees that its size is made of, at
/// most 63 hashes. Appending costs one hash on average. Not thread-safe.
/// </summary>
public sealed class CompactRange
{
    private const int Levels = 64;

    private readonly MerkleHash[] _edge = new MerkleHash[Levels]; // [level]: root of the perfect subtree of 2^level leaves, where the size has that bit

    /// <summary>Called for each perfect subtree as it is completed: its level (0 is a leaf), its index on that level, its hash.</summary>
    /// <param name="level">0 for leaves.</param>
    /// <param name="index">Counted from the left, from 0.</param>
    /// <param name="hash">Its root.</param>
    public delegate void NodeVisitor(int level, long index, in MerkleHash hash);

    /// <summary>How many leaves it has.</summary>
    public long Size { get; private set; }

    /// <summary>The perfect subtrees' roots, largest (leftmost) first: what <see cref="Restore"/> takes.</summary>
    public MerkleHash[] Edge
    {
        get
        {
            var edge = new MerkleHash[BitOperations.PopCount((ulong)Size)];
            var at = edge.Length;
            for (var level = 0; at > 0; level++)
            {
                if (HasSubtree(level))
                    edge[--at] = _edge[level];
            }

            return edge;
        }
    }

    /// <summary>The root (RFC 6962, section 2.1).</summary>
    public MerkleHash Root
    {
        get
        {
            if (Size == 0)
                return MerkleHasher.EmptyRoot;
            var level = BitOperations.TrailingZeroCount(Size);
            var root = _edge[level];
            for (level++; level < Levels; level++)
            {
                if (HasSubtree(level))
                    root = MerkleHasher.HashNode(_edge[level], root);
            }

            return root;
        }
    }

    /// <summary>The range of a size and its edge, as <see cref="Edge"/> gave it.</summary>
    /// <exception cref="ArgumentException">The edge has not as many hashes as the size has bits set, or the size is negative.</exception>
    public static CompactRange Restore(long size, ReadOnlySpan<MerkleHash> edge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (edge.Length != BitOperations.PopCount((ulong)size))
            throw new ArgumentException($"The edge of a tree of {size} leaves has {BitOperations.PopCount((ulong)size)} hashes, not {edge.Length}.", nameof(edge));
        var range = new CompactRange { Size = size };
        var at = edge.Length;
        for (var level = 0; at > 0; level++)
        {
            if (range.HasSubtree(level))
                range._edge[level] = edge[--at];
        }

        return range;
    }

    /// <summary>Adds a leaf by its hash.</summary>
    /// <param name="leafHash">See <see cref="MerkleHasher.HashLeaf"/>.</param>
    /// <param name="visitor">Told of each perfect subtree that the leaf completes, itself first.</param>
    public void Append(in MerkleHash leafHash, NodeVisitor? visitor = null)
    {
        var (hash, level, index) = (leafHash, 0, Size);
        visitor?.Invoke(0, index, hash);
        while ((index & 1) != 0)
        {
            hash = MerkleHasher.HashNode(_edge[level], hash);
            (level, index) = (level + 1, index >> 1);
            visitor?.Invoke(level, index, hash);
        }

        _edge[level] = hash;
        Size++;
    }

    private bool HasSubtree(int level) => (Size >> level & 1) != 0;
}
