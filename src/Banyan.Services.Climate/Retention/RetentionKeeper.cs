using Banyan.Services.Climate.Rollups;
using Banyan.Services.Climate.Storage;
using Npgsql;

namespace Banyan.Services.Climate.Retention;

/// <summary>
/// Drops what is older than it is to be kept: whole partitions where nobody wants them any more, rows where one
/// namespace keeps less than another. Thread-safe.
/// </summary>
internal sealed class RetentionKeeper(NpgsqlDataSource source, ReadingsStore store, ClimateOptions options, TimeProvider time)
{
    /// <summary>Between the time when readings are refused and that when they are dropped, so that what was taken just before has its roll-ups.</summary>
    private const long Grace = Instants.Day;

    /// <summary>Drops it, and makes the partition of the next week ahead of its first reading.</summary>
    /// <returns>How many partitions went.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.Now();
        var dropped = await DropReadingsAsync(now, cancellationToken);
        dropped += await DropMinutesAsync(now, cancellationToken);
        await DeleteAsync(RollupLevel.Hour, now, options.HourRetention, cancellationToken);
        var week = Instants.Floor(now, Instants.Week);
        if (store.Weeks.Has(week))
            await store.Weeks.EnsureAsync(new HashSet<long> { week + 1 }, cancellationToken);
        return dropped;
    }

    private async Task<int> DropReadingsAsync(long now, CancellationToken cancellationToken)
    {
        var retentions = await RetentionsAsync(cancellationToken);
        if (retentions.Count == 0)
            return 0;
        var longest = retentions.Any(static r => r.Retention == 0) ? 0 : retentions.Max(static r => r.Retention);
        var dropped = 0;
        foreach (var week in await store.Weeks.ListAsync(cancellationToken))
        {
            var end = (week + 1) * Instants.Week;
            if (longest > 0 && end <= now - longest - Grace)
            {
                if (await HasStaleAsync(week * Instants.Week, end, cancellationToken))
                    continue;
                await store.Weeks.DropAsync(week, cancellationToken);
                dropped++;
                continue;
            }

            foreach (var (space, retention) in retentions.Where(r => r.Retention > 0 && end <= now - r.Retention - Grace))
                await DeleteReadingsAsync(week, space, cancellationToken);
        }

        return dropped;
    }

    private async Task<int> DropMinutesAsync(long now, CancellationToken cancellationToken)
    {
        if (options.MinuteRetention == TimeSpan.Zero)
            return 0;
        var dropped = 0;
        foreach (var part in await store.Minutes.ListAsync(cancellationToken))
        {
            if ((part + 1) * ReadingsStore.MinutePartition > now - (options.MinuteRetention.Ticks * 100))
                continue;
            await store.Minutes.DropAsync(part, cancellationToken);
            dropped++;
        }

        return dropped;
    }

    private async Task DeleteAsync(RollupLevel level, long now, TimeSpan retention, CancellationToken cancellationToken)
    {
        if (retention == TimeSpan.Zero)
            return;
        await using var command = source.CreateCommand($"DELETE FROM climate.{level.Table} WHERE first < $1");
        command.Parameters.AddWithValue(now - (retention.Ticks * 100) - level.Span);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task DeleteReadingsAsync(long week, int space, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"DELETE FROM climate.{store.Weeks.Name(week)} b USING climate.series s JOIN climate.measurement m ON m.id = s.measurement WHERE b.series = s.id AND m.namespace = $1");
        command.Parameters.AddWithValue(space);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<(int Id, long Retention)>> RetentionsAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT id, retention FROM climate.namespace");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var retentions = new List<(int, long)>();
        while (await reader.ReadAsync(cancellationToken))
            retentions.Add((reader.GetInt32(0), reader.GetInt64(1)));
        return retentions;
    }

    private async Task<bool> HasStaleAsync(long from, long to, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT EXISTS (SELECT FROM climate.stale s, unnest(s.hour) h WHERE h >= $1 AND h < $2)");
        command.Parameters.AddWithValue((int)(from / Instants.Hour));
        command.Parameters.AddWithValue((int)(to / Instants.Hour));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
