using System.Numerics;

namespace Banyan.Services.Climate.Blocks;

/// <summary>
/// Integers in frames of 64: a frame holds either differences to the number before or differences to its least number,
/// whichever is shorter, in just as many bits as the greatest needs. Any 64 bits go in and come out.
/// </summary>
internal static class IntegerCodec
{
    private const byte Constant = 0;
    private const byte Frames = 1;
    private const byte FromLeast = 0x80;

    /// <summary>Writes the numbers; their count is known to the reader.</summary>
    public static void Write(ReadOnlySpan<long> values, ByteWriter writer)
    {
        if (values.IsEmpty)
            return;
        if (values.IndexOfAnyExcept(values[0]) < 0)
        {
            writer.Byte(Constant);
            writer.Signed(values[0]);
            return;
        }

        writer.Byte(Frames);
        writer.Signed(values[0]);
        Span<ulong> packed = stackalloc ulong[BitPacking.FrameSize];
        var previous = values[0];
        for (var at = 0; at < values.Length; at += BitPacking.FrameSize)
            previous = WriteFrame(values.Slice(at, Math.Min(BitPacking.FrameSize, values.Length - at)), previous, packed, writer);
    }

    /// <summary>Reads as many numbers as <paramref name="values"/> has room for.</summary>
    public static void Read(ref ByteReader reader, Span<long> values)
    {
        if (values.IsEmpty)
            return;
        var mode = reader.Byte();
        var previous = reader.Signed();
        if (mode == Constant)
        {
            values.Fill(previous);
            return;
        }

        if (mode != Frames)
            throw new InvalidDataException($"A block of readings holds integers in an unknown form ({mode}).");
        Span<ulong> packed = stackalloc ulong[BitPacking.FrameSize];
        for (var at = 0; at < values.Length; at += BitPacking.FrameSize)
            previous = ReadFrame(ref reader, values.Slice(at, Math.Min(BitPacking.FrameSize, values.Length - at)), previous, packed);
    }

    private static long WriteFrame(ReadOnlySpan<long> frame, long previous, Span<ulong> packed, ByteWriter writer)
    {
        var before = previous;
        var least = long.MaxValue;
        var greatest = long.MinValue;
        var bits = 0UL;
        packed = packed[..frame.Length];
        for (var i = 0; i < frame.Length; i++)
        {
            var value = frame[i];
            var step = ByteWriter.Zigzag(unchecked(value - previous));
            packed[i] = step;
            bits |= step;
            least = Math.Min(least, value);
            greatest = Math.Max(greatest, value);
            previous = value;
        }

        var stepWidth = 64 - BitOperations.LeadingZeroCount(bits);
        var spread = unchecked((ulong)(greatest - least));
        var spreadWidth = 64 - BitOperations.LeadingZeroCount(spread);
        var offset = ByteWriter.Zigzag(unchecked(least - before));
        var offsetSize = (Math.Max(1, 64 - BitOperations.LeadingZeroCount(offset)) + 6) / 7;
        if (BitPacking.Size(frame.Length, spreadWidth) + offsetSize < BitPacking.Size(frame.Length, stepWidth))
        {
            for (var i = 0; i < frame.Length; i++)
                packed[i] = unchecked((ulong)(frame[i] - least));
            writer.Byte((byte)(spreadWidth | FromLeast));
            writer.Varint(offset);
            BitPacking.Pack(packed, spreadWidth, writer);
        }
        else
        {
            writer.Byte((byte)stepWidth);
            BitPacking.Pack(packed, stepWidth, writer);
        }

        return previous;
    }

    private static long ReadFrame(ref ByteReader reader, Span<long> frame, long previous, scoped Span<ulong> packed)
    {
        var head = reader.Byte();
        var width = head & ~FromLeast;
        if (width > 64)
            throw new InvalidDataException($"A block of readings holds integers {width} bits wide.");
        packed = packed[..frame.Length];
        if ((head & FromLeast) != 0)
        {
            var least = unchecked(previous + reader.Signed());
            BitPacking.Unpack(ref reader, width, packed);
            for (var i = 0; i < frame.Length; i++)
                frame[i] = unchecked(least + (long)packed[i]);
            return frame[^1];
        }

        BitPacking.Unpack(ref reader, width, packed);
        for (var i = 0; i < frame.Length; i++)
        {
            previous = unchecked(previous + ByteReader.Unzigzag(packed[i]));
            frame[i] = previous;
        }

        return previous;
    }
}
