using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Verifying;

/// <summary>The tiles above level 0, and the last one of level 0 where it is partial: a 256th of a log, held in memory. One owner.</summary>
internal sealed class UpperTiles(long size)
{
    private const int LevelsOfATile = 8;

    private readonly Dictionary<(int Level, long Index), MerkleHash[]> _tiles = [];

    /// <summary>Leaves of the tree.</summary>
    public long Size => size;

    /// <summary>The highest level that has a tile.</summary>
    public int Top { get; } = TopOf(size);

    public MerkleHash[]? this[int level, long index]
    {
        get => _tiles.GetValueOrDefault((level, index));
        set
        {
            if (value is null)
                _tiles.Remove((level, index));
            else
                _tiles[(level, index)] = value;
        }
    }

    /// <summary>The last tile of a level where it is partial; null where the level ends with a full one, or has none.</summary>
    public TileId? Edge(int level)
    {
        var index = (size >> (LevelsOfATile * level)) / TileId.FullWidth;
        return TileId.WidthIn(level, index, size) is > 0 and var width ? new TileId(level, index, width) : null;
    }

    /// <summary>The root by the partial tiles at the edge, one of them replaced; null where one is missing.</summary>
    public MerkleHash? Root(int replacedLevel = -1, MerkleHash[]? replacement = null)
    {
        if (size == 0)
            return MerkleHasher.EmptyRoot;
        var nodes = new List<MerkleHash>();
        foreach (var node in new MerkleRange(0, size).Nodes)
        {
            var (level, above) = (node.Level / LevelsOfATile, node.Level % LevelsOfATile);
            var first = node.Index << above;
            var tile = level == replacedLevel ? replacement : this[level, first / TileId.FullWidth];
            var start = (int)(first % TileId.FullWidth);
            if (tile is null || tile.Length < start + (1 << above))
                return null;
            nodes.Add(TileTree.PerfectRoot(tile.AsSpan(start, 1 << above)));
        }

        return MerkleRange.Fold([.. nodes]);
    }

    private static int TopOf(long size)
    {
        var top = 0;
        while (top < LevelsOfATile - 1 && size >> (LevelsOfATile * (top + 1)) > 0)
            top++;
        return top;
    }
}
