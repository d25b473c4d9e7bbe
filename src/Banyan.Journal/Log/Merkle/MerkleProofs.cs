using System.Numerics;

namespace Banyan.Journal.Log.Merkle;

/// <summary>Which subtrees a proof consists of (RFC 6962, sections 2.1.1 and 2.1.2), and whether one holds (RFC 9162, sections 2.1.3.2 and 2.1.4.2). Pure.</summary>
public static class MerkleProofs
{
    /// <summary>The most hashes that a proof can have, sizes being below 2^63.</summary>
    public const int MostHashes = 63;

    /// <summary>The ranges whose roots are the inclusion proof of a leaf, its sibling first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static IReadOnlyList<MerkleRange> Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var ranges = new List<MerkleRange>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            var inLeft = index < middle;
            ranges.Add(inLeft ? new MerkleRange(middle, end) : new MerkleRange(start, middle));
            (start, end) = inLeft ? (start, middle) : (middle, end);
        }

        ranges.Reverse();
        return ranges;
    }

    /// <summary>The ranges whose roots prove that the tree of <paramref name="newSize"/> leaves begins with the one of <paramref name="oldSize"/>; none where either is empty or both are the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old one is larger, or negative.</exception>
    public static IReadOnlyList<MerkleRange> Consistency(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var ranges = new List<MerkleRange>();
        if (oldSize == 0 || oldSize == newSize)
            return ranges;
        var (start, end, whole) = (0L, newSize, true);
        while (oldSize != end)
        {
            var middle = start + Split(end - start);
            var inLeft = oldSize <= middle;
            ranges.Add(inLeft ? new MerkleRange(middle, end) : new MerkleRange(start, middle));
            (start, end, whole) = inLeft ? (start, middle, whole) : (middle, end, false);
        }

        if (!whole)
            ranges.Add(new MerkleRange(start, end));
        ranges.Reverse();
        return ranges;
    }

    /// <summary>Whether the proof leads from the leaf to the root.</summary>
    public static ProofFault CheckInclusion(in MerkleHash leafHash, long index, long size, ReadOnlySpan<MerkleHash> proof, in MerkleHash root)
    {
        if (index < 0 || index >= size)
            return ProofFault.OutOfRange;
        var (inner, border) = Shape(index, size);
        if (proof.Length != inner + border)
            return ProofFault.WrongLength;
        var hash = FoldInner(leafHash, proof[..inner], index);
        foreach (ref readonly var sibling in proof[inner..])
            hash = MerkleHasher.HashNode(sibling, hash);
        return hash == root ? ProofFault.None : ProofFault.OtherRoot;
    }

    /// <summary>Whether the newer tree begins with the older one. From a tree of no leaves nothing can be shown: that is <see cref="ProofFault.OutOfRange"/>.</summary>
    public static ProofFault CheckConsistency(long oldSize, in MerkleHash oldRoot, long newSize, in MerkleHash newRoot, ReadOnlySpan<MerkleHash> proof)
    {
        if (oldSize <= 0 || newSize < oldSize)
            return ProofFault.OutOfRange;
        if (oldSize == newSize)
            return !proof.IsEmpty ? ProofFault.WrongLength : oldRoot == newRoot ? ProofFault.None : ProofFault.OtherRoot;

        var (inner, border) = Shape(oldSize - 1, newSize);
        var shift = BitOperations.TrailingZeroCount(oldSize);
        inner -= shift;
        // A power of two: the old root itself is where both trees begin. Otherwise the proof's first hash is.
        var isPower = oldSize == 1L << shift;
        if (proof.Length != inner + border + (isPower ? 0 : 1))
            return ProofFault.WrongLength;
        var seed = isPower ? oldRoot : proof[0];
        if (!isPower)
            proof = proof[1..];

        var mask = (oldSize - 1) >> shift;
        var older = seed;
        for (var i = 0; i < inner; i++)
        {
            if ((mask >> i & 1) == 1)
                older = MerkleHasher.HashNode(proof[i], older);
        }

        var newer = FoldInner(seed, proof[..inner], mask);
        foreach (ref readonly var sibling in proof[inner..])
        {
            older = MerkleHasher.HashNode(sibling, older);
            newer = MerkleHasher.HashNode(sibling, newer);
        }

        return older == oldRoot && newer == newRoot ? ProofFault.None : ProofFault.OtherRoot;
    }

    /// <summary>Along the path from the leaf: how many siblings until it meets the tree's right edge, and how many left of it after that.</summary>
    private static (int Inner, int Border) Shape(long index, long size)
    {
        var inner = 64 - BitOperations.LeadingZeroCount((ulong)(index ^ (size - 1)));
        return (inner, BitOperations.PopCount((ulong)(index >> inner)));
    }

    private static MerkleHash FoldInner(MerkleHash hash, ReadOnlySpan<MerkleHash> siblings, long index)
    {
        for (var i = 0; i < siblings.Length; i++)
            hash = (index >> i & 1) == 0 ? MerkleHasher.HashNode(hash, siblings[i]) : MerkleHasher.HashNode(siblings[i], hash);
        return hash;
    }

    /// <summary>The largest power of two below the size, which is above 1.</summary>
    private static long Split(long size) => 1L << BitOperations.Log2((ulong)(size - 1));
}

/// <summary>Why a proof does not hold.</summary>
public enum ProofFault
{
    /// <summary>It does.</summary>
    None,

    /// <summary>The sizes or the index can't be.</summary>
    OutOfRange,

    /// <summary>It has more or fewer hashes than such a proof has.</summary>
    WrongLength,

    /// <summary>It leads to another root.</summary>
    OtherRoot,
}
