using System.Buffers.Binary;

namespace Banyan.Journal.Log.Tiles;

/// <summary>Log entries in a row, each after its length in two bytes, big-endian (C2SP tlog-tiles, Log entries). Pure.</summary>
public static class EntryBundle
{
    /// <summary>The longest entry there can be.</summary>
    public const int LongestEntry = ushort.MaxValue;

    private const int Prefix = sizeof(ushort);

    /// <summary>Bytes that an entry takes.</summary>
    public static int LengthOf(ReadOnlySpan<byte> entry) => Prefix + entry.Length;

    /// <summary>Appends an entry.</summary>
    /// <exception cref="ArgumentException">It is longer than <see cref="LongestEntry"/>.</exception>
    public static void Append(System.Buffers.IBufferWriter<byte> bundle, ReadOnlySpan<byte> entry)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (entry.Length > LongestEntry)
            throw new ArgumentException($"A log entry has at most {LongestEntry} bytes, not {entry.Length}.", nameof(entry));
        var space = bundle.GetSpan(Prefix + entry.Length);
        BinaryPrimitives.WriteUInt16BigEndian(space, (ushort)entry.Length);
        entry.CopyTo(space[Prefix..]);
        bundle.Advance(Prefix + entry.Length);
    }

    /// <summary>The whole bundle of these entries.</summary>
    public static byte[] Encode(IReadOnlyCollection<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var bundle = new System.Buffers.ArrayBufferWriter<byte>(Math.Max(1, entries.Sum(static e => Prefix + e.Length)));
        foreach (var entry in entries)
            Append(bundle, entry.Span);
        return bundle.WrittenSpan.ToArray();
    }

    /// <summary>Takes the next entry off the bundle; false at its end, and where what is left is no entry (then it is not empty).</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> bundle, scoped out ReadOnlySpan<byte> entry)
    {
        entry = default;
        if (bundle.Length < Prefix || bundle.Length - Prefix < BinaryPrimitives.ReadUInt16BigEndian(bundle))
            return false;
        entry = bundle.Slice(Prefix, BinaryPrimitives.ReadUInt16BigEndian(bundle));
        bundle = bundle[(Prefix + entry.Length)..];
        return true;
    }

    /// <summary>One entry of a bundle; false where the bundle has not so many.</summary>
    public static bool TryGet(ReadOnlySpan<byte> bundle, int number, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        for (var i = 0; i <= number; i++)
        {
            if (!TryTake(ref bundle, out entry))
                return false;
        }

        return true;
    }
}
