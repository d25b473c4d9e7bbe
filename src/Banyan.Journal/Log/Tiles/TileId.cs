using System.Globalization;

namespace Banyan.Journal.Log.Tiles;

/// <summary>A tile of hashes, or a bundle of entries, by C2SP tlog-tiles.</summary>
/// <param name="Level">0 holds leaf hashes, each above it the roots of 256 of the one below; <see cref="Entries"/> is the entries themselves.</param>
/// <param name="Index">From the left, from 0.</param>
/// <param name="Width">How many hashes or entries: 256 when full, at least 1.</param>
public readonly record struct TileId(int Level, long Index, int Width)
{
    /// <summary>The <see cref="Level"/> of entry bundles.</summary>
    public const int Entries = -1;

    /// <summary>Hashes in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>The highest level that a tile can be of.</summary>
    public const int HighestLevel = 63;

    private const string Prefix = "tile/";
    private const string EntriesName = "entries";
    private const int MostDigits = 21; // of groups of three, above which an index is none of ours

    /// <summary>Leaves below each hash of the tile: 256 to the power of its level.</summary>
    public long LeavesBelow => Level <= 0 ? 1 : Level >= 8 ? long.MaxValue : 1L << (8 * Level);

    /// <summary>Whether it has all 256.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>The same one, full.</summary>
    public TileId Full => this with { Width = FullWidth };

    /// <summary>Where it is served, relative to the log: <c>tile/0/x001/x234/067.p/12</c>.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{(Level == Entries ? EntriesName : Level.ToString(CultureInfo.InvariantCulture))}/{Groups(Index)}{(IsFull ? "" : $".p/{Width}")}");

    /// <summary>How wide the tile is in a tree of this size; 0 where the tree has none of it.</summary>
    /// <param name="level">0 and up, or <see cref="Entries"/>.</param>
    /// <param name="index">From 0.</param>
    /// <param name="treeSize">Leaves of the tree.</param>
    public static int WidthIn(int level, long index, long treeSize)
    {
        var hashes = level >= 8 ? 0 : treeSize >> (8 * Math.Max(level, 0));
        return (int)Math.Clamp(hashes - (index * FullWidth), 0, FullWidth);
    }

    /// <summary>Every tile of a tree, level by level, left to right; entry bundles are not among them.</summary>
    public static IEnumerable<TileId> Of(long treeSize)
    {
        for (var level = 0; level < 8 && treeSize >> (8 * level) > 0; level++)
        {
            for (var index = 0L; WidthIn(level, index, treeSize) is > 0 and var width; index++)
                yield return new TileId(level, index, width);
        }
    }

    /// <summary>Reads what <see cref="Path"/> writes, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> path, out TileId id)
    {
        id = default;
        if (!path.StartsWith(Prefix))
            return false;
        path = path[Prefix.Length..];
        var slash = path.IndexOf('/');
        if (slash < 0 || !TryLevel(path[..slash], out var level))
            return false;
        path = path[(slash + 1)..];
        var width = FullWidth;
        if (path.IndexOf(".p/") is >= 0 and var partial)
        {
            if (!TryDecimal(path[(partial + 3)..], 3, out width) || width is < 1 or >= FullWidth)
                return false;
            path = path[..partial];
        }

        if (!TryIndex(path, out var index))
            return false;
        id = new TileId(level, index, width);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static string Groups(long index)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{index % 1000:000}");
        for (index /= 1000; index > 0; index /= 1000)
            text = string.Create(CultureInfo.InvariantCulture, $"x{index % 1000:000}/{text}");
        return text;
    }

    private static bool TryLevel(ReadOnlySpan<char> text, out int level)
    {
        level = Entries;
        return text.SequenceEqual(EntriesName) || (TryDecimal(text, 2, out level) && level <= HighestLevel);
    }

    private static bool TryIndex(ReadOnlySpan<char> text, out long index)
    {
        index = 0;
        if (text.Length is 0 or > MostDigits / 3 * 5)
            return false;
        var first = true;
        while (true)
        {
            var slash = text.IndexOf('/');
            var group = slash < 0 ? text : text[..slash];
            if (slash >= 0 ? group is not ['x', _, _, _] : group.Length != 3)
                return false;
            if (slash >= 0)
                group = group[1..];
            if (group.ContainsAnyExceptInRange('0', '9') || (first && slash >= 0 && group is "000") || index > (long.MaxValue / 1000) - 1)
                return false;
            index = (index * 1000) + (((group[0] - '0') * 100) + ((group[1] - '0') * 10) + (group[2] - '0'));
            if (slash < 0)
                return true;
            text = text[(slash + 1)..];
            first = false;
        }
    }

    /// <summary>Digits without a leading zero.</summary>
    private static bool TryDecimal(ReadOnlySpan<char> text, int mostDigits, out int number)
    {
        number = 0;
        return text.Length >= 1 && text.Length <= mostDigits && (text.Length == 1 || text[0] != '0') && !text.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
