using System.Buffers.Binary;

namespace Banyan.Services.Climate.Blocks;

/// <summary>Numbers of one width, bit behind bit, least significant first.</summary>
internal static class BitPacking
{
    /// <summary>How many numbers a frame holds at most; 64, so that a full frame of any width is whole words.</summary>
    public const int FrameSize = 64;

    /// <summary>How many bytes so many numbers take.</summary>
    public static int Size(int count, int width) => ((count * width) + 7) / 8;

    /// <summary>Writes numbers of <paramref name="width"/> bits (0 to 64); higher bits MUST be zero.</summary>
    public static void Pack(ReadOnlySpan<ulong> values, int width, ByteWriter writer)
    {
        if (width == 0)
            return;
        var size = Size(values.Length, width);
        var target = writer.Reserve(size + 8);
        var word = 0UL;
        var bits = 0;
        var at = 0;
        foreach (var value in values)
        {
            word |= value << bits;
            bits += width;
            if (bits < 64)
                continue;
            BinaryPrimitives.WriteUInt64LittleEndian(target[at..], word);
            at += 8;
            bits -= 64;
            word = bits == 0 ? 0 : value >> (width - bits);
        }

        if (bits > 0)
            BinaryPrimitives.WriteUInt64LittleEndian(target[at..], word);
        writer.Advance(size);
    }

    /// <summary>Reads numbers of <paramref name="width"/> bits.</summary>
    public static void Unpack(ref ByteReader reader, int width, scoped Span<ulong> values)
    {
        if (width == 0)
        {
            values.Clear();
            return;
        }

        var source = reader.Bytes(Size(values.Length, width));
        var mask = width == 64 ? ulong.MaxValue : (1UL << width) - 1;
        var word = 0UL;
        var bits = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (bits >= width)
            {
                values[i] = word & mask;
                word = width == 64 ? 0 : word >> width;
                bits -= width;
                continue;
            }

            var value = word;
            word = Word(ref source, out var fresh);
            value |= word << bits;
            values[i] = value & mask;
            var used = width - bits;
            word = used == 64 ? 0 : word >> used;
            bits = fresh - used;
        }
    }

    /// <summary>The next 64 bits, or what is left.</summary>
    private static ulong Word(ref ReadOnlySpan<byte> source, out int bits)
    {
        if (source.Length >= 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(source);
            source = source[8..];
            bits = 64;
            return word;
        }

        var rest = 0UL;
        for (var i = 0; i < source.Length; i++)
            rest |= (ulong)source[i] << (8 * i);
        bits = source.Length * 8;
        source = default;
        return rest;
    }
}
