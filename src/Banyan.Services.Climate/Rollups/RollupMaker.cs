using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Storage;
using Npgsql;

namespace Banyan.Services.Climate.Rollups;

/// <summary>
/// Works marks off: makes the minutes of stale hours from the readings, puts their hours into the days' rows, and the
/// days into theirs; deletes the marks in the same transaction. A crash leaves either both or neither. One at a time.
/// </summary>
internal sealed class RollupMaker(NpgsqlDataSource source, WriteQueue queue, ReadingsStore store, TimeProvider time)
{
    private const int MaxHours = 4_000;
    private const int MaxDays = 64;

    /// <summary>Works off some of the marks that were written before a time.</summary>
    /// <returns>How many hours of series were made, and when the oldest of their marks was written.</returns>
    public async Task<(int Hours, DateTimeOffset? Oldest)> StepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        // From here on every write marks its hours again, also those that are about to be worked off.
        await queue.ForgetMarksAsync();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var taken = await StaleMarks.TakeAsync(connection, before, MaxHours, cancellationToken);
        if (taken.Ids.Count == 0)
            return (0, null);
        var days = taken.Hours.GroupBy(static h => (h.Series, Day: (int)Instants.Floor(h.Hour, 24))).OrderBy(static d => d.Key).ToList();
        var now = days.Take(MaxDays).ToList();
        var left = days.Skip(MaxDays).SelectMany(static d => d).ToList();

        var statements = new List<NpgsqlBatchCommand>();
        await MakeAsync(connection, now, statements, cancellationToken);
        statements.Add(StaleMarks.Delete(taken.Ids));
        if (left.Count > 0)
            statements.Add(StaleMarks.Insert(left, taken.Oldest));
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (taken.Hours.Count - left.Count, taken.Oldest);
    }

    /// <summary>Works off all marks there are, also those of a moment ago.</summary>
    public async Task RunAllAsync(CancellationToken cancellationToken)
    {
        while ((await StepAsync(time.GetUtcNow().AddMinutes(1), cancellationToken)).Hours > 0)
        {
            // Until nothing is left.
        }
    }

    private async Task MakeAsync(
        NpgsqlConnection connection, List<IGrouping<(long Series, int Day), StaleHour>> days, List<NpgsqlBatchCommand> statements, CancellationToken cancellationToken)
    {
        var minutes = new Dictionary<(long, long), RollupSpan>();
        foreach (var hour in days.SelectMany(static d => d))
            minutes[(hour.Series, hour.Hour * Instants.Hour)] = new RollupSpan(RollupLevel.Minute, hour.Hour * Instants.Hour);
        await ReadReadingsAsync(connection, days, minutes, cancellationToken);

        var hours = await RowsAsync(connection, RollupLevel.Hour, days.Select(static d => (d.Key.Series, (long)d.Key.Day * Instants.Day)), cancellationToken);
        foreach (var ((series, start), row) in minutes)
            Put(row, hours[(series, RollupLevel.Hour.SpanOf(start))], RollupLevel.Hour, start);

        var totals = await RowsAsync(connection, RollupLevel.Day, hours.Keys.Select(static k => (k.Series, RollupLevel.Day.SpanOf(k.Start))), cancellationToken);
        foreach (var ((series, start), row) in hours)
            Put(row, totals[(series, RollupLevel.Day.SpanOf(start))], RollupLevel.Day, start);

        var weeks = minutes.Keys.Select(static k => Instants.Floor(k.Item2, ReadingsStore.MinutePartition)).ToHashSet();
        if (!await store.Minutes.EnsureAsync(weeks, cancellationToken))
            throw new TooManyPartitionsException();
        using var writer = new ByteWriter();
        statements.AddRange(RollupTable.Replace(RollupLevel.Minute, [.. minutes.Select(static m => (m.Key.Item1, m.Value))], writer));
        statements.AddRange(RollupTable.Replace(RollupLevel.Hour, [.. hours.Select(static m => (m.Key.Series, m.Value))], writer));
        statements.AddRange(RollupTable.Replace(RollupLevel.Day, [.. totals.Select(static m => (m.Key.Series, m.Value))], writer));
    }

    private static async Task ReadReadingsAsync(
        NpgsqlConnection connection, List<IGrouping<(long Series, int Day), StaleHour>> days, Dictionary<(long, long), RollupSpan> minutes, CancellationToken cancellationToken)
    {
        var ranges = days.Select(static d => new SeriesRange(d.Key.Series, d.Min(static h => h.Hour) * Instants.Hour, (d.Max(static h => h.Hour) + 1) * Instants.Hour)).ToList();
        await foreach (var (range, points) in BlockLoader.ReadAsync(connection, ranges, null, cancellationToken))
        {
            using (points)
            {
                foreach (var column in points.Columns.Where(static c => c.Kind != FieldKind.String))
                    Add(range.Series, points, column, minutes);
            }
        }
    }

    private static void Add(long series, PointBuffer points, Column column, Dictionary<(long, long), RollupSpan> minutes)
    {
        var times = points.Times;
        var end = long.MinValue;
        Aggregate[]? buckets = null;
        var start = 0L;
        for (var i = 0; i < column.Length; i++)
        {
            if (!column.Has(i))
                continue;
            var at = times[i];
            if (at >= end)
            {
                start = RollupLevel.Minute.SpanOf(at);
                end = start + Instants.Hour;
                buckets = minutes.TryGetValue((series, start), out var row) ? row.Get(column.Field, column.Kind) : null;
            }

            if (buckets is not null)
                buckets[(at - start) / Instants.Minute].Add(column.Kind, at, column.Values[i]);
        }
    }

    private static async Task<Dictionary<(long Series, long Start), RollupSpan>> RowsAsync(
        NpgsqlConnection connection, RollupLevel level, IEnumerable<(long Series, long Start)> keys, CancellationToken cancellationToken)
    {
        var wanted = keys.ToHashSet();
        var rows = await RollupTable.ReadAsync(connection, level, wanted, null, cancellationToken);
        foreach (var key in wanted)
            rows.TryAdd(key, new RollupSpan(level, key.Start));
        return rows;
    }

    /// <summary>Puts all of a row into its bucket of the level above.</summary>
    private static void Put(RollupSpan row, RollupSpan above, RollupLevel level, long start)
    {
        var place = (int)((start - above.Start) / level.Bucket);
        above.Clear(place);
        foreach (var (field, (kind, buckets)) in row.Fields)
        {
            var total = RollupSpan.Total(kind, buckets);
            if (total.Count > 0)
                above.Get(field, kind)[place] = total;
        }
    }
}
