namespace Banyan.Journal.Log.Integrating;

/// <summary>What some leaves more make of a tree: everything that has to be written for it. Immutable.</summary>
/// <param name="From">The size before.</param>
/// <param name="To">The size after.</param>
/// <param name="Tiles">Tiles that are full now.</param>
/// <param name="Bundles">Bundles that are full now, in a bundle's form.</param>
/// <param name="Edges">The levels above 0 whose last tile is partial and has changed.</param>
/// <param name="Part">The new leaves of the last, partial bundle, in a bundle's form; empty where there are none.</param>
/// <param name="PartFrom">The index of the first of them.</param>
internal sealed record TreeGrowth(
    long From,
    long To,
    IReadOnlyList<FullTile> Tiles,
    IReadOnlyList<FullBundle> Bundles,
    IReadOnlyList<EdgeTile> Edges,
    byte[] Part,
    long PartFrom);

/// <summary>A full tile.</summary>
internal readonly record struct FullTile(int Level, long Index, byte[] Hashes);

/// <summary>A full bundle.</summary>
internal readonly record struct FullBundle(long Index, byte[] Entries);

/// <summary>The last, partial tile of a level above 0; empty where the level's last tile has just become full.</summary>
internal readonly record struct EdgeTile(int Level, byte[] Hashes);
