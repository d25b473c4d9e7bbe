using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Rollups;

/// <summary>The marks of hours whose roll-ups are behind (<c>climate.stale</c>).</summary>
internal static class StaleMarks
{
    /// <summary>Marks that were taken to be worked off.</summary>
    /// <param name="Ids">The rows.</param>
    /// <param name="Hours">Their hours, each once.</param>
    /// <param name="Oldest">When the oldest of them was written.</param>
    public sealed record Taken(IReadOnlyList<long> Ids, HashSet<StaleHour> Hours, DateTimeOffset Oldest);

    /// <summary>The oldest rows that were written before a time, up to about <paramref name="max"/> hours.</summary>
    public static async Task<Taken> TakeAsync(NpgsqlConnection connection, DateTimeOffset before, int max, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id, at, series, hour FROM climate.stale WHERE at <= $1 ORDER BY id LIMIT 1000", connection)
        {
            Parameters = { new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime } },
        };
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SingleResult, cancellationToken);
        var ids = new List<long>();
        var hours = new HashSet<StaleHour>();
        var oldest = DateTimeOffset.MaxValue;
        while (hours.Count < max && await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
            var at = reader.GetFieldValue<DateTimeOffset>(1);
            oldest = at < oldest ? at : oldest;
            Add(reader.GetFieldValue<long[]>(2), reader.GetFieldValue<int[]>(3), hours);
        }

        return new Taken(ids, hours, oldest);
    }

    /// <summary>The stale hours of some series within a range of hours (both ends included).</summary>
    public static async Task<HashSet<StaleHour>> ReadAsync(NpgsqlConnection connection, long[] series, int from, int to, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT u.series, u.hour FROM climate.stale s, unnest(s.series, s.hour) u(series, hour) WHERE s.series && $1 AND u.series = ANY ($1) AND u.hour BETWEEN $2 AND $3", connection)
        {
            Parameters = { BlockLoader.Longs(series), new() { Value = from }, new() { Value = to } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hours = new HashSet<StaleHour>();
        while (await reader.ReadAsync(cancellationToken))
            hours.Add(new StaleHour(reader.GetInt64(0), reader.GetInt32(1)));
        return hours;
    }

    /// <summary>When the oldest mark was written; null where there is none.</summary>
    public static async Task<DateTimeOffset?> OldestAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT min(at) FROM climate.stale");
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at) : null;
    }

    /// <summary>The statement that writes marks.</summary>
    public static NpgsqlBatchCommand Insert(IReadOnlyCollection<StaleHour> hours, DateTimeOffset at) =>
        new("INSERT INTO climate.stale (at, series, hour) VALUES ($1, $2, $3)")
        {
            Parameters =
            {
                new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime },
                BlockLoader.Longs(hours.Select(static h => h.Series)),
                new NpgsqlParameter<int[]> { TypedValue = [.. hours.Select(static h => h.Hour)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        };

    /// <summary>The statement that deletes rows.</summary>
    public static NpgsqlBatchCommand Delete(IReadOnlyList<long> ids) => new("DELETE FROM climate.stale WHERE id = ANY ($1)") { Parameters = { BlockLoader.Longs(ids) } };

    private static void Add(long[] series, int[] hours, HashSet<StaleHour> to)
    {
        for (var i = 0; i < series.Length; i++)
            to.Add(new StaleHour(series[i], hours[i]));
    }
}
