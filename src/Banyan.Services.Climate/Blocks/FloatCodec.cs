using System.Numerics;

namespace Banyan.Services.Climate.Blocks;

/// <summary>
/// Doubles, as their bits. Most sensors report few decimals, so first as integers times a power of ten, where that gives
/// every bit back; otherwise the bits that differ from the number before (after Gorilla, Pelkonen et al. 2015), in frames
/// of one shift and width. NaN keeps its payload.
/// </summary>
internal static class FloatCodec
{
    private const byte Decimal = 0;
    private const byte Xor = 1;
    private const int MaxPlaces = 15;
    private const double MaxExact = 1L << 53;

    private static readonly double[] PowersOfTen = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Writes the numbers; their count is known to the reader. <paramref name="scratch"/> has room for as many.</summary>
    public static void Write(ReadOnlySpan<long> bits, Span<long> scratch, ByteWriter writer)
    {
        if (bits.IsEmpty)
            return;
        if (TryScale(bits, scratch, out var places))
        {
            writer.Byte(Decimal);
            writer.Byte((byte)places);
            IntegerCodec.Write(scratch[..bits.Length], writer);
            return;
        }

        writer.Byte(Xor);
        writer.Fixed(unchecked((ulong)bits[0]));
        Span<ulong> packed = stackalloc ulong[BitPacking.FrameSize];
        var previous = unchecked((ulong)bits[0]);
        for (var at = 0; at < bits.Length; at += BitPacking.FrameSize)
        {
            var frame = packed[..Math.Min(BitPacking.FrameSize, bits.Length - at)];
            var all = 0UL;
            for (var i = 0; i < frame.Length; i++)
            {
                var value = unchecked((ulong)bits[at + i]);
                frame[i] = value ^ previous;
                all |= frame[i];
                previous = value;
            }

            var shift = all == 0 ? 0 : BitOperations.TrailingZeroCount(all);
            var width = 64 - BitOperations.LeadingZeroCount(all) - shift;
            writer.Byte((byte)shift);
            writer.Byte((byte)width);
            for (var i = 0; i < frame.Length; i++)
                frame[i] >>= shift;
            BitPacking.Pack(frame, width, writer);
        }
    }

    /// <summary>Reads as many numbers as <paramref name="bits"/> has room for.</summary>
    public static void Read(ref ByteReader reader, Span<long> bits)
    {
        if (bits.IsEmpty)
            return;
        switch (reader.Byte())
        {
            case Decimal:
                var places = reader.Byte();
                if (places > MaxPlaces)
                    throw new InvalidDataException($"A block of readings holds numbers with {places} decimals.");
                IntegerCodec.Read(ref reader, bits);
                foreach (ref var value in bits)
                    value = BitConverter.DoubleToInt64Bits(value / PowersOfTen[places]);
                break;
            case Xor:
                ReadXor(ref reader, bits);
                break;
            case var mode:
                throw new InvalidDataException($"A block of readings holds numbers in an unknown form ({mode}).");
        }
    }

    private static void ReadXor(ref ByteReader reader, Span<long> bits)
    {
        var previous = reader.Fixed();
        Span<ulong> packed = stackalloc ulong[BitPacking.FrameSize];
        for (var at = 0; at < bits.Length; at += BitPacking.FrameSize)
        {
            var frame = packed[..Math.Min(BitPacking.FrameSize, bits.Length - at)];
            var shift = reader.Byte();
            var width = reader.Byte();
            if (shift + width > 64)
                throw new InvalidDataException($"A block of readings holds numbers {width} bits wide at bit {shift}.");
            BitPacking.Unpack(ref reader, width, frame);
            for (var i = 0; i < frame.Length; i++)
            {
                previous ^= frame[i] << shift;
                bits[at + i] = unchecked((long)previous);
            }
        }
    }

    private static bool TryScale(ReadOnlySpan<long> bits, Span<long> scaled, out int places)
    {
        places = 0;
        for (var i = 0; i < bits.Length; i++)
        {
            if (TryScale(bits[i], places, out scaled[i]))
                continue;
            do
            {
                if (++places > MaxPlaces)
                    return false;
            }
            while (!TryScale(bits[i], places, out scaled[i]));

            // What was scaled with fewer places has to hold with these too.
            for (var j = 0; j < i; j++)
            {
                if (!TryScale(bits[j], places, out scaled[j]))
                    return false;
            }
        }

        return true;
    }

    private static bool TryScale(long bits, int places, out long scaled)
    {
        var value = BitConverter.Int64BitsToDouble(bits) * PowersOfTen[places];
        scaled = 0;
        if (!(Math.Abs(value) <= MaxExact))
            return false;
        scaled = (long)Math.Round(value);
        return BitConverter.DoubleToInt64Bits(scaled / PowersOfTen[places]) == bits;
    }
}
