using Banyan.Services.Climate.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Rollups;

/// <summary>The rows of one level. Thread-safe.</summary>
internal static class RollupTable
{
    /// <summary>Reads rows by their keys; what is not there is left out. Of all fields, or of one.</summary>
    public static async Task<Dictionary<(long Series, long Start), RollupSpan>> ReadAsync(
        NpgsqlConnection connection, RollupLevel level, IReadOnlyCollection<(long Series, long Start)> keys, int? field, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<(long, long), RollupSpan>();
        if (keys.Count == 0)
            return rows;
        await using var command = new NpgsqlCommand(
            $"SELECT t.series, t.first, t.data FROM unnest($1::bigint[], $2::bigint[]) k(series, first) JOIN climate.{level.Table} t ON t.series = k.series AND t.first = k.first", connection)
        {
            Parameters = { BlockLoader.Longs(keys.Select(static k => k.Series)), BlockLoader.Longs(keys.Select(static k => k.Start)) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var start = reader.GetInt64(1);
            rows[(reader.GetInt64(0), start)] = RollupSpan.Decode(level, start, reader.GetFieldValue<byte[]>(2), field);
        }

        return rows;
    }

    /// <summary>Reads the rows of a series that overlap a range, of one field, in order.</summary>
    public static async IAsyncEnumerable<(long Series, RollupSpan Span)> ReadRangesAsync(
        NpgsqlConnection connection, RollupLevel level, IReadOnlyList<SeriesRange> ranges, int field,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (ranges.Count == 0)
            yield break;
        await using var command = new NpgsqlCommand(
            $"""
             SELECT r.n, b.first, b.data
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY r(series, "from", "to", n)
             CROSS JOIN LATERAL (SELECT first, data FROM climate.{level.Table} WHERE series = r.series AND first >= r."from" AND first < r."to" OFFSET 0) b
             """, connection)
        {
            Parameters =
            {
                BlockLoader.Longs(ranges.Select(static r => r.Series)),
                BlockLoader.Longs(ranges.Select(r => level.SpanOf(r.From))),
                BlockLoader.Longs(ranges.Select(static r => r.To)),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var range = ranges[(int)reader.GetInt64(0) - 1];
            yield return (range.Series, Cut(RollupSpan.Decode(level, reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), field), level, field, range));
        }
    }

    /// <summary>The statements that replace rows: those with something are written, the empty ones deleted.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Replace(RollupLevel level, IReadOnlyCollection<(long Series, RollupSpan Span)> rows, Blocks.ByteWriter writer)
    {
        var empty = rows.Where(static r => r.Span.Empty).ToList();
        if (empty.Count > 0)
        {
            yield return new NpgsqlBatchCommand($"DELETE FROM climate.{level.Table} t USING unnest($1::bigint[], $2::bigint[]) k(series, first) WHERE t.series = k.series AND t.first = k.first")
            {
                Parameters = { BlockLoader.Longs(empty.Select(static r => r.Series)), BlockLoader.Longs(empty.Select(static r => r.Span.Start)) },
            };
        }

        var full = rows.Where(static r => !r.Span.Empty).ToList();
        if (full.Count > 0)
        {
            yield return new NpgsqlBatchCommand($"INSERT INTO climate.{level.Table} (series, first, data) SELECT * FROM unnest($1, $2, $3) ON CONFLICT (series, first) DO UPDATE SET data = EXCLUDED.data")
            {
                Parameters =
                {
                    BlockLoader.Longs(full.Select(static r => r.Series)),
                    BlockLoader.Longs(full.Select(static r => r.Span.Start)),
                    new NpgsqlParameter<byte[][]> { TypedValue = [.. full.Select(r => r.Span.Encode(writer))], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                },
            };
        }
    }

    /// <summary>Empties the buckets outside the range.</summary>
    private static RollupSpan Cut(RollupSpan span, RollupLevel level, int field, SeriesRange range)
    {
        if (span.Fields.TryGetValue(field, out var entry))
        {
            for (var i = 0; i < entry.Buckets.Length; i++)
            {
                var start = span.Start + (i * level.Bucket);
                if (start < range.From || start >= range.To)
                    entry.Buckets[i] = default;
            }
        }

        return span;
    }
}
