using System.Diagnostics.CodeAnalysis;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Trie;

/// <summary>Checks proofs of a Merkle-Patricia trie (Yellow Paper, appendix D): the nodes on the way from its root to a key, as <c>eth_getProof</c> gives them too (EIP-1186). Pure.</summary>
public static class TrieProof
{
    /// <summary>Nodes that a proof has at most: a key of 32 bytes has 64 half bytes.</summary>
    public const int MostNodes = 65;

    private const int Branches = 16;
    private const string NoNode = "has a node that is none of a trie";
    private const string Absent = "shows that the key is not there";

    /// <summary>Finds a key's value by its proof.</summary>
    /// <param name="root">The hash of the trie's root.</param>
    /// <param name="key">The key as it is in the trie: that of a receipt is the RLP of its index; an account's, its address hashed.</param>
    /// <param name="nodes">The nodes from the root down, each of them needed.</param>
    /// <param name="value">What is there.</param>
    /// <param name="problem">Why it is not proven, in words that go on after "the proof".</param>
    public static bool TryFind(EvmHash root, ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> nodes, [NotNullWhen(true)] out byte[]? value, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        value = null;
        problem = $"has {nodes.Count} nodes, and may have {MostNodes}";
        if (nodes.Count > MostNodes)
            return false;
        var path = TriePath.Of(key);
        var (at, next, expected) = (0, 0, root);
        byte[]? node = null;
        while (true)
        {
            if (node is null)
            {
                if (next == nodes.Count || Keccak256.Hash(nodes[next].Span) != expected)
                {
                    problem = next == nodes.Count ? "ends before the key" : $"has a node ({next}) that is not the one that the hash above it is of";
                    return false;
                }

                node = nodes[next++].ToArray();
            }

            if (Step(node, path, ref at, out var child, out value) is { } wrong)
            {
                problem = wrong;
                return false;
            }

            if (value is not null)
            {
                problem = next == nodes.Count ? null : "has nodes that are not on the way";
                return problem is null;
            }

            // A node shorter than a hash is put in its place.
            node = child.Length == EvmHash.Length + 1 ? null : child;
            if (node is null)
                expected = EvmHash.FromBytes(child.AsSpan(1));
        }
    }

    /// <summary>One node further: either the value, or the child as it is encoded; else what is wrong.</summary>
    private static string? Step(byte[] node, byte[] path, ref int at, out byte[] child, out byte[]? value)
    {
        (child, value) = ([], null);
        var items = ItemsOf(node);
        if (items.Count == Branches + 1)
        {
            var half = at < path.Length ? path[at++] : Branches;
            child = items[half];
            if (child is [0x80])
                return Absent;
            if (half == Branches)
                value = BytesOf(child);
            return (half == Branches ? value is not null : IsChild(child)) ? null : NoNode;
        }

        if (items.Count != 2 || BytesOf(items[0]) is not { } packed || !TriePath.TryUnpack(packed, out var halves, out var isLeaf) || (!isLeaf && halves.Length == 0))
            return NoNode;
        if (!path.AsSpan(at).StartsWith(halves) || (isLeaf && at + halves.Length != path.Length))
            return "leads to another key";
        at += halves.Length;
        child = items[1];
        if (!isLeaf)
            return IsChild(child) ? null : NoNode;
        value = BytesOf(child);
        return value is { Length: > 0 } ? null : NoNode;
    }

    /// <summary>What a list holds, each as it is encoded; empty where it is none, or of more than a node has.</summary>
    private static List<byte[]> ItemsOf(byte[] node)
    {
        var outer = new RlpReader(node);
        var items = new List<byte[]>();
        if (!outer.TryList(out var rest) || !outer.AtEnd)
            return items;
        while (!rest.AtEnd)
        {
            if (items.Count > Branches || !rest.TryRaw(out var item))
                return [];
            items.Add(item.ToArray());
        }

        return items;
    }

    private static byte[]? BytesOf(byte[] item) => new RlpReader(item).TryBytes(out var bytes) ? bytes.ToArray() : null;

    private static bool IsChild(byte[] child) => child.Length == EvmHash.Length + 1 ? child[0] == 0xa0 : child is [>= 0xc0, ..] && child.Length < EvmHash.Length;
}
