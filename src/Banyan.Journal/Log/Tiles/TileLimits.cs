using Banyan.Journal.Log.Merkle;

namespace Banyan.Journal.Log.Tiles;

/// <summary>How much a source may give for what is asked.</summary>
public static class TileLimits
{
    /// <summary>Bytes of a checkpoint with all its signatures.</summary>
    public const int LongestNote = 1 << 17;

    /// <summary>Bytes of a tile, or of the largest bundle.</summary>
    public static int Longest(TileId id) => id.Level == TileId.Entries ? id.Width * (EntryBundle.LongestEntry + sizeof(ushort)) : id.Width * MerkleHash.Length;
}
