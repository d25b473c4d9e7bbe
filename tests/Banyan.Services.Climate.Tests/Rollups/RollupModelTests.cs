using System.Globalization;
using System.Net;
using System.Text;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Queries;
using Banyan.Services.Climate.Rollups;

namespace Banyan.Services.Climate.Tests.Rollups;

/// <summary>Roll-ups against a model that knows every reading: whatever the order of arrival, whatever is made when.</summary>
public class RollupModelTests
{
    private const long Start = 1_700_000_000_000_000_000;
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal) { ["climate:retention"] = "0", ["climate:rollup-delay"] = "1d" };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Aggregate_AnyOrderLateAndOverwritten_EqualsTheModel(int seed)
    {
        var random = new Random(seed);
        var cell = await ClimateCell.StartAsync(Settings);
        var model = new Dictionary<(string Host, string Field, long Time), long>();
        for (var round = 0; round < 8; round++)
        {
            await WriteAsync(cell, random, model);
            switch (random.Next(4))
            {
                case 0:
                    // Some are rolled up, some not.
                    await cell.Get<RollupMaker>().StepAsync(DateTimeOffset.UtcNow.AddMinutes(1), CancellationToken.None);
                    break;
                case 1:
                    await cell.Get<RollupMaker>().RunAllAsync(CancellationToken.None);
                    break;
                case 2:
                    // The process dies with marks left, and with what it remembered of them.
                    await cell.DisposeAsync();
                    cell = await ClimateCell.StartAsync(Settings, cell.ConnectionString);
                    break;
            }

            await CompareAsync(cell, random, model, queries: 6);
        }

        await cell.Get<RollupMaker>().RunAllAsync(CancellationToken.None);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.stale")).ShouldBe(0);
        await CompareAsync(cell, random, model, queries: 25);
        await cell.DisposeAsync();
    }

    [Fact]
    public async Task Step_CancelledHalfWay_LeavesNothingAndIsRepeated()
    {
        await using var cell = await ClimateCell.StartAsync(Settings);
        var model = new Dictionary<(string Host, string Field, long Time), long>();
        var random = new Random(9);
        await WriteAsync(cell, random, model);
        await using (var holder = await cell.Database.OpenConnectionAsync())
        {
            await using var transaction = await holder.BeginTransactionAsync();
            await using (var command = new Npgsql.NpgsqlCommand("LOCK TABLE climate.rollup_day IN SHARE MODE", holder))
                await command.ExecuteNonQueryAsync();
            using var crash = new CancellationTokenSource();
            var step = cell.Get<RollupMaker>().StepAsync(DateTimeOffset.UtcNow.AddMinutes(1), crash.Token);
            while (await cell.QueryAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'climate.rollup_day'::regclass") == 0)
                await Task.Delay(10);
            await crash.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(step);
        }

        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.rollup_minute")).ShouldBe(0);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.stale")).ShouldBe(1);
        await cell.Get<RollupMaker>().RunAllAsync(CancellationToken.None);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.stale")).ShouldBe(0);
        await CompareAsync(cell, random, model, queries: 10);
    }

    [Fact]
    public void Decide_NothingStale_ReadsOnlyTheEdgesFromReadings()
    {
        const long From = (3 * Instants.Day) + (5 * Instants.Hour) + (7 * Instants.Minute) + 9;
        const long To = (6 * Instants.Day) + (2 * Instants.Hour);
        var plan = Aggregator.Decide([7], FieldKind.Float, From, To, Instants.Day, new HashSet<Ingest.StaleHour>());
        plan.Days.ShouldBe([new(7, 4 * Instants.Day, 6 * Instants.Day)]);
        plan.Hours.ShouldBe([new(7, (3 * Instants.Day) + (6 * Instants.Hour), 4 * Instants.Day), new(7, 6 * Instants.Day, To)]);
        plan.Minutes.ShouldBe([new(7, (3 * Instants.Day) + (5 * Instants.Hour) + (8 * Instants.Minute), (3 * Instants.Day) + (6 * Instants.Hour))]);
        plan.Readings.ShouldBe([new(7, From, (3 * Instants.Day) + (5 * Instants.Hour) + (8 * Instants.Minute))]);
    }

    [Fact]
    public void Decide_StaleHour_IsReadFromReadingsAndTakesItsDayApart()
    {
        var plan = Aggregator.Decide([7], FieldKind.Float, 0, 3 * Instants.Day, Instants.Day, new HashSet<Ingest.StaleHour> { new(7, 26), new(8, 2) });
        plan.Days.ShouldBe([new(7, 0, Instants.Day), new(7, 2 * Instants.Day, 3 * Instants.Day)]);
        plan.Hours.ShouldBe([new(7, Instants.Day, 26 * Instants.Hour), new(7, 27 * Instants.Hour, 2 * Instants.Day)]);
        plan.Minutes.ShouldBeEmpty();
        plan.Readings.ShouldBe([new(7, 26 * Instants.Hour, 27 * Instants.Hour)]);
    }

    private static async Task WriteAsync(ClimateCell cell, Random random, Dictionary<(string Host, string Field, long Time), long> model)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 400); i > 0; i--)
        {
            // About three days, often the same few times, so that much is overwritten; now and then a week off.
            var host = $"h{random.Next(3)}";
            var time = Start + (random.Next(3) == 0 ? random.Next(60) * 60 * Instants.Second * 61 : random.NextInt64(3 * Instants.Day)) + (random.Next(40) == 0 ? -Instants.Week : 0);
            var fields = new List<string>();
            foreach (var field in new[] { "i", "f" }.Where(_ => random.Next(3) > 0).DefaultIfEmpty("i"))
            {
                // Sums of these are exact whatever their order.
                var value = random.Next(-1000, 1000);
                model[(host, field, time)] = value;
                fields.Add(field == "i" ? $"i={value}i" : string.Create(CultureInfo.InvariantCulture, $"f={value / 4.0}"));
            }

            text.Append(CultureInfo.InvariantCulture, $"m,host={host} {string.Join(',', fields)} {time}\n");
        }

        using var answer = await cell.WriteAsync(text.ToString());
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }

    private static async Task CompareAsync(ClimateCell cell, Random random, Dictionary<(string Host, string Field, long Time), long> model, int queries)
    {
        var space = (await cell.Get<SeriesCatalog>().FindAsync("b", CancellationToken.None))!;
        var ids = await SeriesAsync(cell);
        for (var i = 0; i < queries; i++)
        {
            var name = random.Next(2) == 0 ? "i" : "f";
            if (!space.TryFindMeasurement("m"u8, out var measurement) || measurement.Find(name) is not { } field)
                continue;
            var from = Start - Instants.Day + random.NextInt64(3 * Instants.Day);
            var to = from + random.NextInt64(4 * Instants.Day);
            if (random.Next(2) == 0)
                from = Instants.Floor(from, Instants.Hour) * Instants.Hour;
            long[] widths = [0, Instants.Day, Instants.Hour, 6 * Instants.Hour, Instants.Minute * 5, Instants.Second * 90];
            var every = widths[random.Next(widths.Length)];
            var found = await cell.Get<Aggregator>().RunAsync(ids.Keys, field, from, to, every, CancellationToken.None);
            var shown = found.SelectMany(s => s.Value.Select(b => Show(ids[s.Key], b.Key, field.Kind, b.Value))).Order(StringComparer.Ordinal);

            var expected = model.Where(m => m.Key.Field == name && m.Key.Time >= from && m.Key.Time < to)
                .GroupBy(m => (m.Key.Host, Bucket: every == 0 ? 0 : Instants.Floor(m.Key.Time, every) * every))
                .Select(g =>
                {
                    var total = default(Aggregate);
                    foreach (var (key, value) in g.OrderBy(v => v.Key.Time))
                        total.Add(field.Kind, key.Time, name == "i" ? value : BitConverter.DoubleToInt64Bits(value / 4.0));
                    return Show(g.Key.Host, g.Key.Bucket, field.Kind, total);
                })
                .Order(StringComparer.Ordinal);
            shown.ShouldBe(expected, $"{name} from {from} to {to} every {every}");
        }
    }

    private static async Task<Dictionary<long, string>> SeriesAsync(ClimateCell cell)
    {
        await using var command = cell.Database.CreateCommand("SELECT id, tags->>'host' FROM climate.series");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new Dictionary<long, string>();
        while (await reader.ReadAsync())
            ids[reader.GetInt64(0)] = reader.GetString(1);
        return ids;
    }

    private static string Show(string host, long bucket, FieldKind kind, Aggregate a)
    {
        string Value(long bits) => Aggregate.ToDouble(kind, bits).ToString("R", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{host} {bucket}: n={a.Count} sum={a.Sum} min={Value(a.Min)} max={Value(a.Max)} first={Value(a.First)}@{a.FirstTime} last={Value(a.Last)}@{a.LastTime}");
    }
}
