using Banyan.Services.Climate.Blocks;

namespace Banyan.Services.Climate.Ingest;

/// <summary>Makes blocks of points: in order of time, cut at weeks and at a length.</summary>
internal static class BatchEncoder
{
    /// <summary>How many points a block has at most: enough to make its head small, few enough to read it for a single minute.</summary>
    public const int BlockPoints = 4096;

    /// <summary>Adds the blocks and the hours of a series to the lists. The points are put in order where they are not.</summary>
    public static void Encode(long series, PointBuffer points, ByteWriter writer, List<StoredBlock> blocks, List<StaleHour>? hours)
    {
        var normal = points.Normalize();
        try
        {
            var times = normal.Times;
            for (var from = 0; from < times.Length;)
            {
                var to = Cut(times, from);
                writer.Truncate(0);
                BlockCodec.Write(normal, from, to, writer);
                blocks.Add(new StoredBlock(series, times[from], times[to - 1], to - from, writer.Written.ToArray()));
                from = to;
            }

            if (hours is not null)
                AddHours(series, times, hours);
        }
        finally
        {
            if (normal != points)
                normal.Dispose();
        }
    }

    private static int Cut(ReadOnlySpan<long> times, int from)
    {
        var to = Math.Min(times.Length, from + BlockPoints);
        var week = Instants.Floor(times[from], Instants.Week);
        if (Instants.Floor(times[to - 1], Instants.Week) == week)
            return to;
        var low = from + 1;
        while (low < to)
        {
            var middle = (low + to) / 2;
            if (Instants.Floor(times[middle], Instants.Week) == week)
                low = middle + 1;
            else
                to = middle;
        }

        return to;
    }

    private static void AddHours(long series, ReadOnlySpan<long> times, List<StaleHour> hours)
    {
        var end = long.MinValue;
        foreach (var time in times)
        {
            if (time < end)
                continue;
            var hour = Instants.Floor(time, Instants.Hour);
            hours.Add(new StaleHour(series, (int)hour));
            end = (hour + 1) * Instants.Hour;
        }
    }
}
