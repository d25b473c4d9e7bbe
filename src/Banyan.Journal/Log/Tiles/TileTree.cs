using System.Runtime.InteropServices;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Journal.Log.Tiles;

/// <summary>
/// A tree of one size, read tile by tile as its proofs need them; a tile once read is kept while it is among the last used.
/// It believes the source: check what comes of it against a root (<see cref="MerkleProofs"/>). Not thread-safe.
/// </summary>
/// <param name="source">Where its tiles are.</param>
/// <param name="size">How many leaves; the source has to have all of them.</param>
public sealed class TileTree(ITileSource source, long size)
{
    private const int LevelsOfATile = 8;
    private const int MostKept = 64;

    private readonly Dictionary<TileId, byte[]> _tiles = [];

    /// <summary>How many leaves it has.</summary>
    public long Size => size;

    /// <summary>The root.</summary>
    /// <exception cref="TileSourceException">A tile is missing, short, or can't be read.</exception>
    public async ValueTask<MerkleHash> RootAsync(CancellationToken cancellationToken) =>
        size == 0 ? MerkleHasher.EmptyRoot : await RangeAsync(new MerkleRange(0, size), cancellationToken);

    /// <summary>The hash of a leaf.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    /// <exception cref="TileSourceException">A tile is missing, short, or can't be read.</exception>
    public ValueTask<MerkleHash> LeafAsync(long index, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return NodeAsync(new MerkleNode(0, index), cancellationToken);
    }

    /// <summary>The proof that a leaf is in this tree.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    /// <exception cref="TileSourceException">A tile is missing, short, or can't be read.</exception>
    public ValueTask<MerkleHash[]> InclusionAsync(long index, CancellationToken cancellationToken) => RangesAsync(MerkleProofs.Inclusion(index, size), cancellationToken);

    /// <summary>The proof that this tree begins with the one of <paramref name="oldSize"/> leaves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old one is larger, or negative.</exception>
    /// <exception cref="TileSourceException">A tile is missing, short, or can't be read.</exception>
    public ValueTask<MerkleHash[]> ConsistencyAsync(long oldSize, CancellationToken cancellationToken) => RangesAsync(MerkleProofs.Consistency(oldSize, size), cancellationToken);

    /// <summary>The root that the tree had at a smaller size.</summary>
    /// <exception cref="TileSourceException">A tile is missing, short, or can't be read.</exception>
    public async ValueTask<MerkleHash> RootAtAsync(long smaller, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(smaller);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(smaller, size);
        return smaller == 0 ? MerkleHasher.EmptyRoot : await RangeAsync(new MerkleRange(0, smaller), cancellationToken);
    }

    /// <summary>The right edge, as <see cref="CompactRange.Restore"/> takes it.</summary>
    /// <exception cref="TileSourceException">A tile is missing, short, or can't be read.</exception>
    public async ValueTask<MerkleHash[]> EdgeAsync(CancellationToken cancellationToken)
    {
        var edge = new List<MerkleHash>();
        foreach (var node in new MerkleRange(0, size).Nodes)
            edge.Add(await NodeAsync(node, cancellationToken));
        return [.. edge];
    }

    private async ValueTask<MerkleHash[]> RangesAsync(IReadOnlyList<MerkleRange> ranges, CancellationToken cancellationToken)
    {
        var proof = new MerkleHash[ranges.Count];
        for (var i = 0; i < proof.Length; i++)
            proof[i] = await RangeAsync(ranges[i], cancellationToken);
        return proof;
    }

    private async ValueTask<MerkleHash> RangeAsync(MerkleRange range, CancellationToken cancellationToken)
    {
        var nodes = new List<MerkleHash>();
        foreach (var node in range.Nodes)
            nodes.Add(await NodeAsync(node, cancellationToken));
        return MerkleRange.Fold(CollectionsMarshal.AsSpan(nodes));
    }

    private async ValueTask<MerkleHash> NodeAsync(MerkleNode node, CancellationToken cancellationToken)
    {
        var level = node.Level / LevelsOfATile;
        var above = node.Level % LevelsOfATile; // Levels above the tile's own hashes: that many are folded.
        var first = node.Index << above;
        var tile = await TileAsync(level, first / TileId.FullWidth, cancellationToken);
        return PerfectRoot(MemoryMarshal.Cast<byte, MerkleHash>(tile.AsSpan()).Slice((int)(first % TileId.FullWidth), 1 << above));
    }

    private async ValueTask<byte[]> TileAsync(int level, long index, CancellationToken cancellationToken)
    {
        var id = new TileId(level, index, TileId.WidthIn(level, index, size));
        if (_tiles.TryGetValue(id, out var known))
            return known;
        var tile = await source.ReadAsync(id, cancellationToken) ?? throw new TileSourceException($"{source.Name}: {id} is missing, and a tree of {size} leaves has it.");
        if (tile.Length != id.Width * MerkleHash.Length && tile.Length != TileId.FullWidth * MerkleHash.Length)
            throw new TileSourceException($"{source.Name}: {id} has {tile.Length} bytes instead of {id.Width * MerkleHash.Length}.");
        if (_tiles.Count >= MostKept)
            _tiles.Clear();
        return _tiles[id] = tile;
    }

    /// <summary>The root over 1, 2, 4 … 256 hashes in a row: a full tile's is the hash in the tile above.</summary>
    public static MerkleHash PerfectRoot(ReadOnlySpan<MerkleHash> hashes)
    {
        if (hashes.Length == 1)
            return hashes[0];
        Span<MerkleHash> nodes = stackalloc MerkleHash[TileId.FullWidth / 2];
        nodes = nodes[..(hashes.Length / 2)];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = MerkleHasher.HashNode(hashes[2 * i], hashes[(2 * i) + 1]);
        for (var count = nodes.Length; count > 1; count /= 2)
        {
            for (var i = 0; i < count / 2; i++)
                nodes[i] = MerkleHasher.HashNode(nodes[2 * i], nodes[(2 * i) + 1]);
        }

        return nodes[0];
    }
}
