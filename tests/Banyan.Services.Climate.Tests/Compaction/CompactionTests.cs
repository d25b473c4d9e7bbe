using System.Globalization;
using System.Net;
using System.Text;
using Banyan.Services.Climate.Compaction;

namespace Banyan.Services.Climate.Tests.Compaction;

public class CompactionTests
{
    private const long Start = 1_700_000_000_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Step_BetweenWrites_ChangesNoReading(int seed)
    {
        await using var cell = await ClimateCell.StartAsync();
        var random = new Random(seed);
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var merged = 0;
        for (var round = 0; round < 60; round++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(1, random.Next(8) == 0 ? 3000 : 5); i > 0; i--)
            {
                var host = $"h{random.Next(3)}";
                var time = Start + (random.Next(200) * Instants.Hour / 2);
                var field = random.Next(2) == 0 ? "v" : "s";
                var value = random.Next(100);
                var written = field == "v" ? $"{value}i" : $"\"t{value}\"";
                model[$"b: m {{\"host\": \"{host}\"}} {field} {time}"] = written;
                text.Append(CultureInfo.InvariantCulture, $"m,host={host} {field}={written} {time}\n");
            }

            using var answer = await cell.WriteAsync(text.ToString());
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
            if (random.Next(6) > 0)
                continue;
            merged += await CompactAsync(cell);
            (await cell.ReadAllAsync()).ShouldBe(model.Select(m => $"{m.Key} = {m.Value}"));
        }

        merged.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Step_ManySmallBlocks_BecomeFewAndShorter()
    {
        await using var cell = await ClimateCell.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            using var answer = await cell.WriteAsync($"m,host=a v={i % 7}i,w={i / 10.0} {Start + (i * Instants.Minute)}");
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        var before = await cell.QueryAsync<long>("SELECT sum(length(data)) FROM climate.block");
        await CompactAsync(cell);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.block")).ShouldBe(1);
        (await cell.QueryAsync<long>("SELECT sum(length(data)) FROM climate.block")).ShouldBeLessThan(before / 10);
        (await cell.ReadAllAsync()).Count.ShouldBe(200);
    }

    [Fact]
    public void Choose_FewOrGreatBlocks_LeavesThem()
    {
        CompactionPlan.Choose([]).Length.ShouldBe(0);
        CompactionPlan.Choose(Heads([.. Enumerable.Repeat(1, 7)])).Length.ShouldBe(0);
        CompactionPlan.Choose(Heads([.. Enumerable.Repeat(4096, 50)])).Length.ShouldBe(0);
    }

    [Fact]
    public void Choose_SmallOnesAroundAGreatOne_TakesOnlyNeighbours()
    {
        CompactionPlan.Choose(Heads([1, 1, 1, 1, 4096, 1, 1, 1, 1])).Length.ShouldBe(0);
        CompactionPlan.Choose(Heads([1, 1, 4096, 1, 1, 1, 1, 1, 1, 1, 1])).ShouldBe((3, 8));
        CompactionPlan.Choose(Heads([300, 300, 1, 1, 1, 1, 1, 1, 1, 1])).ShouldBe((2, 8));
        CompactionPlan.Choose(Heads([300, 300, 300, 300, 20, 20, 20, 20, 20])).ShouldBe((0, 9));
    }

    [Fact]
    public void Choose_AVeryLongRun_TakesAPartOfIt()
    {
        CompactionPlan.Choose(Heads([.. Enumerable.Repeat(1, 5000)])).ShouldBe((0, CompactionPlan.MaxBlocks));
        CompactionPlan.Choose(Heads([.. Enumerable.Repeat(1500, 500)])).ShouldBe((0, 134));
    }

    private static List<BlockHead> Heads(int[] counts) => [.. counts.Select((c, i) => new BlockHead(i, i, c))];

    private static async Task<int> CompactAsync(ClimateCell cell)
    {
        var all = new List<SeriesWeek>();
        await using (var command = cell.Database.CreateCommand($"SELECT DISTINCT series, first / {Instants.Week} FROM climate.block"))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                all.Add(new SeriesWeek(reader.GetInt64(0), reader.GetInt64(1)));
        }

        var total = 0;
        while (true)
        {
            var (_, blocks) = await cell.Get<Compactor>().StepAsync(all, CancellationToken.None);
            if (blocks == 0)
                return total;
            total += blocks;
        }
    }
}
