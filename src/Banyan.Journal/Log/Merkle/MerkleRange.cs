using System.Numerics;

namespace Banyan.Journal.Log.Merkle;

/// <summary>Leaves from <paramref name="Start"/> to before <paramref name="End"/>, whose root stands in a proof.</summary>
/// <param name="Start">First leaf; a multiple of the largest power of two in the length.</param>
/// <param name="End">The leaf after the last.</param>
public readonly record struct MerkleRange(long Start, long End)
{
    /// <summary>The perfect subtrees that it consists of, left to right.</summary>
    public IEnumerable<MerkleNode> Nodes
    {
        get
        {
            var at = Start;
            while (at < End)
            {
                var level = BitOperations.Log2((ulong)(End - at));
                yield return new MerkleNode(level, at >> level);
                at += 1L << level;
            }
        }
    }

    /// <summary>The root of a range from the roots of its perfect subtrees, left to right; there is at least one.</summary>
    public static MerkleHash Fold(ReadOnlySpan<MerkleHash> nodes)
    {
        var root = nodes[^1];
        for (var i = nodes.Length - 2; i >= 0; i--)
            root = MerkleHasher.HashNode(nodes[i], root);
        return root;
    }
}

/// <summary>A perfect subtree of 2^<paramref name="Level"/> leaves, the <paramref name="Index"/>-th of its level, counted from 0.</summary>
/// <param name="Level">0 is a leaf.</param>
/// <param name="Index">From the left, from 0.</param>
public readonly record struct MerkleNode(int Level, long Index);
