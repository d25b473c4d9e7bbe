using System.Runtime.InteropServices;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Verifying;

/// <summary>Tiles and bundles as hashes, and why they are none. Pure but for what the source reads.</summary>
internal static class TileReads
{
    /// <summary>A tile's hashes; null with a problem where it is missing or has another length.</summary>
    public static async ValueTask<(MerkleHash[]? Hashes, string? Problem)> TileAsync(ITileSource source, TileId id, CancellationToken cancellationToken)
    {
        var (bytes, problem) = await BytesAsync(source, id, cancellationToken);
        if (bytes is null)
            return (null, problem);
        var length = id.Width * MerkleHash.Length;
        if (bytes.Length != length && bytes.Length != TileId.FullWidth * MerkleHash.Length)
            return (null, $"has {bytes.Length} bytes instead of {length}");
        return (MemoryMarshal.Cast<byte, MerkleHash>(bytes.AsSpan(0, length)).ToArray(), null);
    }

    /// <summary>A tile's or a bundle's bytes; null with a problem where it is missing or damaged.</summary>
    public static async ValueTask<(byte[]? Bytes, string? Problem)> BytesAsync(ITileSource source, TileId id, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(id, cancellationToken) is { } bytes ? (bytes, null) : (null, "is missing");
        }
        catch (TileDamagedException damage)
        {
            return (null, $"can't be made out ({damage.Message.TrimEnd('.')})");
        }
    }

    /// <summary>The hashes of a bundle's entries. A problem where there are fewer than its width, or something follows them; then those before are given.</summary>
    public static string? Hash(ReadOnlySpan<byte> bundle, int width, Span<MerkleHash> hashes, out int count)
    {
        for (count = 0; count < width; count++)
        {
            if (!EntryBundle.TryTake(ref bundle, out var entry))
                return $"ends within its {Ordinal(count + 1)} entry of {width}";
            hashes[count] = MerkleHasher.HashLeaf(entry);
        }

        // The full bundle in place of a partial one that is gone goes on.
        return bundle.IsEmpty || width < TileId.FullWidth ? null : $"has {bundle.Length} bytes after its last entry";
    }

    /// <summary>The first place where two rows of hashes differ; -1 where they don't.</summary>
    public static int FirstDifference(ReadOnlySpan<MerkleHash> one, ReadOnlySpan<MerkleHash> other)
    {
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            if (one[i] != other[i])
                return i;
        }

        return one.Length == other.Length ? -1 : Math.Min(one.Length, other.Length);
    }

    private static string Ordinal(int number) => number + (number % 100 is 11 or 12 or 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });
}
