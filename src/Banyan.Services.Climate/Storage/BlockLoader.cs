using Banyan.Services.Climate.Blocks;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Storage;

/// <summary>Part of a series' time that is to be read.</summary>
/// <param name="Series">The series' id.</param>
/// <param name="From">The first nanosecond.</param>
/// <param name="To">The first one that is not read any more.</param>
internal sealed record SeriesRange(long Series, long From, long To);

/// <summary>Reads points out of blocks. Thread-safe.</summary>
internal static class BlockLoader
{
    // A block never reaches over the end of its week, so one that began before the week of `from` can't reach into the
    // range: that bound is what spares the other partitions. OFFSET 0 keeps the planner from turning the join around.
    private const string Select = """
        SELECT r.n, b.data
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY r(series, "from", "to", week, n)
        CROSS JOIN LATERAL (
            SELECT id, first, data FROM climate.block
            WHERE series = r.series AND first >= r.week AND first < r."to" AND last >= r."from" OFFSET 0) b
        ORDER BY r.n, b.id, b.first
        """;

    /// <summary>
    /// Reads ranges, in their order: each with its points in order of time, where the last value written for a time and
    /// field counts. A range without points is left out. The caller disposes each buffer.
    /// </summary>
    /// <param name="connection">The connection; what it sees is one snapshot.</param>
    /// <param name="ranges">What to read.</param>
    /// <param name="fields">The numbers of the fields to read; all where null. A point that has none of them is left out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<(SeriesRange Range, PointBuffer Points)> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<SeriesRange> ranges, IReadOnlySet<int>? fields,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (ranges.Count == 0)
            yield break;
        await using var command = new NpgsqlCommand(Select, connection)
        {
            Parameters =
            {
                Longs(ranges.Select(static r => r.Series)),
                Longs(ranges.Select(static r => r.From)),
                Longs(ranges.Select(static r => r.To)),
                Longs(ranges.Select(static r => WeekOf(r.From))),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var current = -1;
        var points = new PointBuffer();
        try
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var n = (int)reader.GetInt64(0) - 1;
                if (n != current && current >= 0 && points.Count > 0)
                    yield return (ranges[current], Normal(ref points));

                current = n;
                using var block = BlockCodec.Read(reader.GetFieldValue<byte[]>(1), fields);
                Append(points, block, ranges[n], fields is not null);
            }

            if (points.Count > 0)
                yield return (ranges[current], Normal(ref points));
        }
        finally
        {
            points.Dispose();
        }
    }

    /// <summary>A parameter of 64-bit numbers.</summary>
    public static NpgsqlParameter Longs(IEnumerable<long> values) =>
        new NpgsqlParameter<long[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private static PointBuffer Normal(ref PointBuffer points)
    {
        var normal = points.Normalize();
        if (normal != points)
            points.Dispose();
        points = new PointBuffer();
        return normal;
    }

    private static long WeekOf(long time) => Instants.Floor(time, Instants.Week) * Instants.Week;

    private static void Append(PointBuffer points, PointBuffer block, SeriesRange range, bool onlyWithValues)
    {
        var times = block.Times;
        var from = 0;
        var to = times.Length;
        while (from < to && times[from] < range.From)
            from++;
        while (to > from && times[to - 1] >= range.To)
            to--;
        if (from == to)
            return;
        if (!onlyWithValues || block.Columns.Any(static c => c.Dense && c.Length > 0))
        {
            points.Append(block, from, to);
            return;
        }

        for (var i = from; i < to; i++)
        {
            if (block.Columns.Any(c => c.Has(i)))
                points.Append(block, i, i + 1);
        }
    }
}
