using System.Security.Cryptography;

namespace Banyan.Journal.Log.Merkle;

/// <summary>How leaves and nodes are hashed (RFC 6962, section 2.1): the first byte tells them apart. Pure; allocates for leaves above 1 KiB only.</summary>
public static class MerkleHasher
{
    private const byte LeafMark = 0;
    private const byte NodeMark = 1;
    private const int OnStack = 1024;

    /// <summary>The root of the empty tree: SHA-256 of nothing.</summary>
    public static MerkleHash EmptyRoot { get; } = new(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 || leaf).</summary>
    public static MerkleHash HashLeaf(ReadOnlySpan<byte> leaf)
    {
        var length = leaf.Length + 1;
        var marked = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        marked[0] = LeafMark;
        leaf.CopyTo(marked[1..]);
        var hash = default(MerkleHash);
        SHA256.HashData(marked[..length], hash.Writable);
        return hash;
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static MerkleHash HashNode(in MerkleHash left, in MerkleHash right)
    {
        Span<byte> pair = stackalloc byte[1 + MerkleHash.Length + MerkleHash.Length];
        pair[0] = NodeMark;
        left.Bytes.CopyTo(pair[1..]);
        right.Bytes.CopyTo(pair[(1 + MerkleHash.Length)..]);
        var hash = default(MerkleHash);
        SHA256.HashData(pair, hash.Writable);
        return hash;
    }
}
