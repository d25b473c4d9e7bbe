using System.Buffers;
using System.Runtime.InteropServices;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// The growing end of a tree: its right edge, and what of the last tiles and the last bundle is there already. Appending says
/// what is to be written. Where that can't be written, throw the builder away and restore another. One owner; does no I/O.
/// </summary>
internal sealed class TreeBuilder
{
    private const int LevelsOfATile = 8;
    private readonly CompactRange _range;
    private readonly List<List<MerkleHash>> _open = []; // by the tile's level: the hashes of the last, partial tile
    private readonly ArrayBufferWriter<byte> _bundle = new(); // the last, partial bundle

    private TreeBuilder(CompactRange range) => _range = range;

    /// <summary>How many leaves the tree has.</summary>
    public long Size => _range.Size;

    /// <summary>Its root.</summary>
    public MerkleHash Root => _range.Root;

    /// <summary>An empty tree's.</summary>
    public static TreeBuilder Empty() => new(new CompactRange());

    /// <summary>The one of a tree that is stored.</summary>
    /// <exception cref="TileSourceException">Something that the tree has is missing or short, or can't be read.</exception>
    public static async Task<TreeBuilder> RestoreAsync(ITileSource source, long size, CancellationToken cancellationToken)
    {
        var tree = new TileTree(source, size);
        var builder = new TreeBuilder(CompactRange.Restore(size, await tree.EdgeAsync(cancellationToken)));
        for (var level = 0; level < 8 && size >> (LevelsOfATile * level) > 0; level++)
        {
            var hashes = builder.Open(level);
            var count = size >> (LevelsOfATile * level);
            var index = count / TileId.FullWidth;
            if (TileId.WidthIn(level, index, size) is > 0 and var width)
                hashes.AddRange(MemoryMarshal.Cast<byte, MerkleHash>(await ReadAsync(source, new TileId(level, index, width), width * MerkleHash.Length, cancellationToken)));
        }

        var last = size / TileId.FullWidth;
        if (TileId.WidthIn(TileId.Entries, last, size) is > 0 and var entries)
            builder._bundle.Write(await ReadAsync(source, new TileId(TileId.Entries, last, entries), null, cancellationToken));
        builder.CheckBundle(source);
        return builder;
    }

    /// <summary>Adds leaves, at least one.</summary>
    public TreeGrowth Append(IReadOnlyList<byte[]> leaves)
    {
        var from = Size;
        var tiles = new List<FullTile>();
        var bundles = new List<FullBundle>();
        var changed = new SortedSet<int>();
        var part = new ArrayBufferWriter<byte>();
        var partFrom = from;
        foreach (var leaf in leaves)
        {
            EntryBundle.Append(_bundle, leaf);
            EntryBundle.Append(part, leaf);
            _range.Append(MerkleHasher.HashLeaf(leaf), (int level, long index, in MerkleHash hash) => Visit(level, index, hash, tiles, changed));
            if (Size % TileId.FullWidth != 0)
                continue;
            bundles.Add(new FullBundle((Size / TileId.FullWidth) - 1, _bundle.WrittenSpan.ToArray()));
            _bundle.ResetWrittenCount();
            part.ResetWrittenCount();
            partFrom = Size;
        }

        return new TreeGrowth(from, Size, tiles, bundles, [.. changed.Select(l => new EdgeTile(l, Bytes(Open(l))))], part.WrittenSpan.ToArray(), partFrom);
    }

    private void Visit(int level, long index, in MerkleHash hash, List<FullTile> tiles, SortedSet<int> changed)
    {
        if (level % LevelsOfATile != 0)
            return;
        level /= LevelsOfATile;
        var open = Open(level);
        open.Add(hash);
        if (level > 0)
            changed.Add(level);
        if (open.Count < TileId.FullWidth)
            return;
        tiles.Add(new FullTile(level, index / TileId.FullWidth, Bytes(open)));
        open.Clear();
    }

    private List<MerkleHash> Open(int level)
    {
        while (_open.Count <= level)
            _open.Add([]);
        return _open[level];
    }

    private static byte[] Bytes(List<MerkleHash> hashes) => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(hashes)).ToArray();

    private static async Task<byte[]> ReadAsync(ITileSource source, TileId id, int? length, CancellationToken cancellationToken)
    {
        var bytes = await source.ReadAsync(id, cancellationToken) ?? throw new TileSourceException($"{source.Name}: {id} is missing.");
        return length is null || bytes.Length == length ? bytes : throw new TileSourceException($"{source.Name}: {id} has {bytes.Length} bytes instead of {length}.");
    }

    // What was stored as leaves must be what was hashed: an altered row is found here at the latest.
    private void CheckBundle(ITileSource source)
    {
        var bundle = _bundle.WrittenSpan;
        var leaves = _open.Count > 0 ? _open[0] : [];
        for (var i = 0; i < leaves.Count; i++)
        {
            if (!EntryBundle.TryTake(ref bundle, out var leaf) || MerkleHasher.HashLeaf(leaf) != leaves[i])
                throw new TileSourceException($"{source.Name}: the leaf of entry {Size - leaves.Count + i + 1} is not the one that the tree has: its row was altered.");
        }

        if (!bundle.IsEmpty)
            throw new TileSourceException($"{source.Name}: the last bundle has more leaves than the tree.");
    }
}
