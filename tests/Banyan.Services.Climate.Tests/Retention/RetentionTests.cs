using System.Globalization;
using System.Net;
using Banyan.Services.Climate.Retention;
using Banyan.Services.Climate.Rollups;

namespace Banyan.Services.Climate.Tests.Retention;

public class RetentionTests
{
    [Fact]
    public async Task Run_AfterRetention_DropsReadingsAndKeepsRollups()
    {
        var time = new ShiftedTime();
        await using var cell = await ClimateCell.StartAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["climate:retention"] = "30d", ["climate:retention-minute"] = "60d", ["climate:retention-hour"] = "90d", ["climate:rollup-delay"] = "1000d" }, time: time);
        var at = time.Now();
        using (var answer = await cell.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"m v=1 {at}\nm v=2 {at - Instants.Day}")))
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        // As long as roll-ups wait for them, readings stay.
        time.Offset = TimeSpan.FromDays(45);
        (await cell.Get<RetentionKeeper>().RunAsync(CancellationToken.None)).ShouldBe(0);
        await cell.Get<RollupMaker>().RunAllAsync(CancellationToken.None);
        (await cell.Get<RetentionKeeper>().RunAsync(CancellationToken.None)).ShouldBeGreaterThan(0);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.block")).ShouldBe(0);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.rollup_minute")).ShouldBe(2);
        var sum = await cell.Client.GetStringAsync($"/climate/v1/aggregate?measurement=m&field=v&fn=sum&from={at - (at % Instants.Day) - (5 * Instants.Day)}&to={at - (at % Instants.Day) + Instants.Day}&every=1d");
        sum.ShouldContain("Z\",1]");

        time.Offset = TimeSpan.FromDays(95);
        (await cell.Get<RetentionKeeper>().RunAsync(CancellationToken.None)).ShouldBeGreaterThan(0);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.rollup_minute")).ShouldBe(0);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.rollup_hour")).ShouldBe(0);
        (await cell.QueryAsync<long>("SELECT count(*) FROM climate.rollup_day")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Run_OneNamespaceKeepsLess_OnlyItsReadingsGo()
    {
        var time = new ShiftedTime();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["climate:retention"] = "30d", ["climate:rollup-delay"] = "1000d" };
        await using var cell = await ClimateCell.StartAsync(settings, time: time);
        using (var answer = await cell.WriteAsync("m v=1"))
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using (var answer = await cell.WriteAsync("m v=1", "/api/v2/write?bucket=long"))
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await using (var command = cell.Database.CreateCommand("UPDATE climate.namespace SET retention = 0 WHERE name = 'long'"))
            await command.ExecuteNonQueryAsync();
        await cell.Get<RollupMaker>().RunAllAsync(CancellationToken.None);
        time.Offset = TimeSpan.FromDays(45);
        (await cell.Get<RetentionKeeper>().RunAsync(CancellationToken.None)).ShouldBe(0);
        (await cell.ReadAllAsync()).Single().ShouldStartWith("long: m");
    }
}
