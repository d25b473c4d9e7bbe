namespace Banyan.Services.Climate.Blocks;

/// <summary>Timestamps: in the coarsest of s, ms, us, ns that holds them all, then the steps between them as integers. Any order goes in.</summary>
internal static class TimeCodec
{
    private static readonly long[] Scales = [1, 1_000, 1_000_000, 1_000_000_000];

    /// <summary>Writes the times; their count is known to the reader. <paramref name="scratch"/> has room for as many.</summary>
    public static void Write(ReadOnlySpan<long> times, Span<long> scratch, ByteWriter writer)
    {
        if (times.IsEmpty)
            return;
        var scale = FindScale(times);
        var divisor = Scales[scale];
        writer.Byte((byte)scale);
        writer.Signed(times[0] / divisor);
        var lastStep = 0L;
        var lastScaled = 0L;
        for (var i = 1; i < times.Length; i++)
        {
            var step = unchecked(times[i] - times[i - 1]);
            if (step != lastStep)
            {
                lastStep = step;
                lastScaled = step / divisor;
            }

            scratch[i - 1] = lastScaled;
        }

        IntegerCodec.Write(scratch[..(times.Length - 1)], writer);
    }

    /// <summary>Reads as many times as <paramref name="times"/> has room for.</summary>
    public static void Read(ref ByteReader reader, Span<long> times)
    {
        if (times.IsEmpty)
            return;
        var scale = reader.Byte();
        if (scale >= Scales.Length)
            throw new InvalidDataException($"A block of readings holds times in an unknown unit ({scale}).");
        var divisor = Scales[scale];
        var time = unchecked(reader.Signed() * divisor);
        IntegerCodec.Read(ref reader, times[1..]);
        times[0] = time;
        for (var i = 1; i < times.Length; i++)
        {
            time = unchecked(time + (times[i] * divisor));
            times[i] = time;
        }
    }

    private static int FindScale(ReadOnlySpan<long> times)
    {
        var scale = Scales.Length - 1;
        while (times[0] % Scales[scale] != 0)
            scale--;
        var lastStep = 0L;
        for (var i = 1; i < times.Length && scale > 0; i++)
        {
            var step = unchecked(times[i] - times[i - 1]);
            if (step == lastStep)
                continue;

            // A step that wraps around is no multiple of anything but one.
            if (((times[i] ^ times[i - 1]) & (times[i] ^ step)) < 0)
                return 0;
            lastStep = step;
            while (step % Scales[scale] != 0)
                scale--;
        }

        return scale;
    }
}
