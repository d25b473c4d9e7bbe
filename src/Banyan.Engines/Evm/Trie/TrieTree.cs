using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Trie;

/// <summary>A Merkle-Patricia trie made whole from its keys and values, such as a block's receipts (Yellow Paper, appendix D). Immutable.</summary>
public sealed class TrieTree
{
    private const int Branches = 16;

    private readonly List<Entry> _entries;

    /// <param name="entries">Each key with its value; no key twice, no value empty.</param>
    /// <exception cref="ArgumentException">A key is there twice, or a value is empty.</exception>
    public TrieTree(IEnumerable<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _entries = [.. entries.Select(static e => new Entry(TriePath.Of(e.Key.Span), e.Value)).OrderBy(static e => e.Path, PathOrder.Instance)];
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Value.IsEmpty || (i > 0 && _entries[i].Path.AsSpan().SequenceEqual(_entries[i - 1].Path)))
                throw new ArgumentException("A key is there twice, or a value is empty.", nameof(entries));
        }

        Root = _entries.Count == 0 ? Keccak256.Hash([0x80]) : Keccak256.Hash(Encode(0, _entries.Count, 0, null, null));
    }

    /// <summary>The hash of its root.</summary>
    public EvmHash Root { get; }

    /// <summary>A list of values as blocks keep transactions and receipts: the key of each is the RLP of its index.</summary>
    public static TrieTree OfList(IEnumerable<ReadOnlyMemory<byte>> values) => new(values.Select(static (v, i) => ((ReadOnlyMemory<byte>)KeyOf((ulong)i), v)));

    /// <summary>The key of an index in such a list.</summary>
    public static byte[] KeyOf(ulong index) => RlpItems.Number(index);

    /// <summary>The nodes from the root to a key, as <see cref="TrieProof"/> takes them; they lead nowhere where the key is not there.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Prove(ReadOnlySpan<byte> key)
    {
        List<ReadOnlyMemory<byte>> nodes = [];
        if (_entries.Count > 0)
            nodes.Add(Encode(0, _entries.Count, 0, TriePath.Of(key), nodes));
        nodes.Reverse();
        return nodes;
    }

    /// <summary>The node over entries that agree up to a depth. Where the wanted path goes through it, those below it that are not put in its place are noted, the deepest first.</summary>
    private byte[] Encode(int from, int to, int depth, byte[]? wanted, List<ReadOnlyMemory<byte>>? nodes)
    {
        var first = _entries[from].Path;
        if (to - from == 1)
            return RlpItems.List(RlpItems.Bytes(TriePath.Pack(first.AsSpan(depth), isLeaf: true)), RlpItems.Bytes(_entries[from].Value.Span));
        // Sorted: what the first and the last have in common, all have.
        var shared = depth + first.AsSpan(depth).CommonPrefixLength(_entries[to - 1].Path.AsSpan(depth));
        if (shared > depth)
            return RlpItems.List(RlpItems.Bytes(TriePath.Pack(first.AsSpan(depth, shared - depth), isLeaf: false)), Child(from, to, shared, wanted, nodes));
        var items = new byte[Branches + 1][];
        Array.Fill(items, [0x80]);
        if (first.Length == depth)
            items[Branches] = RlpItems.Bytes(_entries[from++].Value.Span);
        while (from < to)
        {
            var half = _entries[from].Path[depth];
            var end = from + 1;
            while (end < to && _entries[end].Path[depth] == half)
                end++;
            items[half] = Child(from, end, depth + 1, wanted, nodes);
            from = end;
        }

        return RlpItems.List(items);
    }

    private byte[] Child(int from, int to, int depth, byte[]? wanted, List<ReadOnlyMemory<byte>>? nodes)
    {
        var isOnTheWay = wanted is not null && wanted.AsSpan().StartsWith(_entries[from].Path.AsSpan(0, depth));
        var node = Encode(from, to, depth, isOnTheWay ? wanted : null, nodes);
        if (node.Length < EvmHash.Length)
            return node;
        if (isOnTheWay)
            nodes!.Add(node);
        return RlpItems.Bytes(Keccak256.Hash(node).ToArray());
    }

    private sealed record Entry(byte[] Path, ReadOnlyMemory<byte> Value);

    private sealed class PathOrder : IComparer<byte[]>
    {
        public static readonly PathOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
