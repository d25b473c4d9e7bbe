using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Rollups;
using Banyan.Services.Climate.Storage;
using Npgsql;

namespace Banyan.Services.Climate.Queries;

/// <summary>
/// Aggregates of a field over time: from roll-ups where those are up to date and the range allows, from readings where
/// not, all in one snapshot, so that the answer is the same as if it had been made from readings alone. Thread-safe.
/// </summary>
internal sealed class Aggregator(NpgsqlDataSource source)
{
    /// <summary>What an aggregate is made from; for those who want to know how it came about.</summary>
    /// <param name="Days">Ranges read from roll-ups of a day.</param>
    /// <param name="Hours">Ranges read from roll-ups of an hour.</param>
    /// <param name="Minutes">Ranges read from roll-ups of a minute.</param>
    /// <param name="Readings">Ranges read from the readings themselves.</param>
    public sealed record Plan(List<SeriesRange> Days, List<SeriesRange> Hours, List<SeriesRange> Minutes, List<SeriesRange> Readings);

    /// <summary>Aggregates a field of some series.</summary>
    /// <param name="series">The ids of the series.</param>
    /// <param name="field">The field.</param>
    /// <param name="from">The first nanosecond.</param>
    /// <param name="to">The first one that does not count any more.</param>
    /// <param name="every">The width of a bucket; buckets begin at multiples of it since 1970. 0: one bucket for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>By series, the buckets with something in them, by their beginning (0 for the only one).</returns>
    public async Task<Dictionary<long, SortedDictionary<long, Aggregate>>> RunAsync(
        IReadOnlyCollection<long> series, Field field, long from, long to, long every, CancellationToken cancellationToken)
    {
        var result = new Dictionary<long, SortedDictionary<long, Aggregate>>();
        if (series.Count == 0 || from >= to)
            return result;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var ids = series.ToArray();
        var stale = field.Kind == FieldKind.String
            ? []
            : await StaleMarks.ReadAsync(connection, ids, (int)Instants.Floor(from, Instants.Hour), (int)Instants.Floor(to - 1, Instants.Hour), cancellationToken);
        var plan = Decide(ids, field.Kind, from, to, every, stale);
        await AddRollupsAsync(connection, RollupLevel.Day, plan.Days, field, every, result, cancellationToken);
        await AddRollupsAsync(connection, RollupLevel.Hour, plan.Hours, field, every, result, cancellationToken);
        await AddRollupsAsync(connection, RollupLevel.Minute, plan.Minutes, field, every, result, cancellationToken);
        await foreach (var (range, points) in BlockLoader.ReadAsync(connection, plan.Readings, new HashSet<int> { field.Number }, cancellationToken))
        {
            using (points)
            {
                if (points.Find(field.Number) is not { } column)
                    continue;
                for (var i = 0; i < column.Length; i++)
                {
                    if (!column.Has(i))
                        continue;
                    var one = default(Aggregate);
                    one.Add(field.Kind, points.Times[i], column.Values[i]);
                    Add(result, range.Series, points.Times[i], every, field.Kind, one);
                }
            }
        }

        return result;
    }

    /// <summary>Decides what each part of the range is made from. Pure.</summary>
    public static Plan Decide(IReadOnlyList<long> series, FieldKind kind, long from, long to, long every, IReadOnlySet<StaleHour> stale)
    {
        var plan = new Plan([], [], [], []);
        var hours = stale.ToLookup(static s => s.Series, static s => s.Hour);
        foreach (var id in series)
        {
            var level = kind == FieldKind.String ? 3 : Enumerable.Range(0, 4).First(l => l == 3 || every % Levels[l].Bucket == 0);
            Cover(plan, id, from, to, level, [.. hours[id].Order()]);
        }

        return plan;
    }

    private static readonly RollupLevel[] Levels = [RollupLevel.Day, RollupLevel.Hour, RollupLevel.Minute];

    private static void Cover(Plan plan, long series, long from, long to, int level, int[] stale)
    {
        if (from >= to)
            return;
        if (level == Levels.Length)
        {
            plan.Readings.Add(new SeriesRange(series, from, to));
            return;
        }

        var width = Levels[level].Bucket;
        var begin = -Instants.Floor(-from, width) * width;
        var end = Instants.Floor(to, width) * width;
        if (begin >= end)
        {
            Cover(plan, series, from, to, level + 1, stale);
            return;
        }

        Cover(plan, series, from, begin, level + 1, stale);

        // A stale hour takes its whole bucket out; for minutes, all of the hour.
        var unit = Math.Max(width, Instants.Hour);
        var at = begin;
        foreach (var hour in stale)
        {
            var bad = Instants.Floor(hour * Instants.Hour, unit) * unit;
            if (bad + unit <= at || bad >= end)
                continue;
            Take(plan, series, at, Math.Max(at, bad), level);
            Cover(plan, series, Math.Max(at, bad), Math.Min(end, bad + unit), level + 1, stale);
            at = Math.Min(end, bad + unit);
        }

        Take(plan, series, at, end, level);
        Cover(plan, series, end, to, level + 1, stale);
    }

    private static void Take(Plan plan, long series, long from, long to, int level)
    {
        if (from < to)
            (level switch { 0 => plan.Days, 1 => plan.Hours, _ => plan.Minutes }).Add(new SeriesRange(series, from, to));
    }

    private static async Task AddRollupsAsync(
        NpgsqlConnection connection, RollupLevel level, List<SeriesRange> ranges, Field field, long every,
        Dictionary<long, SortedDictionary<long, Aggregate>> result, CancellationToken cancellationToken)
    {
        await foreach (var (series, span) in RollupTable.ReadRangesAsync(connection, level, ranges, field.Number, cancellationToken))
        {
            if (!span.Fields.TryGetValue(field.Number, out var entry))
                continue;
            for (var i = 0; i < entry.Buckets.Length; i++)
            {
                if (entry.Buckets[i].Count > 0)
                    Add(result, series, span.Start + (i * level.Bucket), every, field.Kind, entry.Buckets[i]);
            }
        }
    }

    private static void Add(Dictionary<long, SortedDictionary<long, Aggregate>> result, long series, long time, long every, FieldKind kind, in Aggregate one)
    {
        if (!result.TryGetValue(series, out var buckets))
            result[series] = buckets = [];
        var bucket = every == 0 ? 0 : Instants.Floor(time, every) * every;
        buckets.TryGetValue(bucket, out var total);
        total.Merge(kind, one);
        buckets[bucket] = total;
    }
}
