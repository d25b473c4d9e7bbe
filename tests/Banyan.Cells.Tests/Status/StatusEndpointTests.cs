using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Tests.Status;

public class StatusEndpointTests
{
    [Fact]
    public async Task Get_AfterWork_SaysWhatWasDone()
    {
        var notes = NoteService.Create();
        var service = new TestService
        {
            Migrations = notes.Migrations,
            Endpoints = r =>
            {
                notes.MapEndpoints(r);
                r.MapPost("/notes/v1/measure", static (IMeterFactory meters) =>
                {
                    meters.Create("banyan.climate").CreateCounter<long>("banyan.climate.readings").Add(40);
                    meters.Create("Banyan.Disaster").CreateCounter<long>("banyan.disaster.alerts").Add(2);
                });
            },
        };
        await using var cell = await TestCell.StartAsync([service], change: static o => o with { Epoch = 7 });
        (await cell.Client.PostAsync("/notes/v1/notes", new StringContent("x"))).EnsureSuccessStatusCode();
        (await cell.Client.PostAsync("/notes/v1/measure", null)).EnsureSuccessStatusCode();
        (await cell.Client.GetAsync("/health/ready")).EnsureSuccessStatusCode();

        JsonElement status = default;
        await Eventually.HoldsAsync(async () => (status = JsonDocument.Parse(await cell.Client.GetStringAsync("/cell/v1/status")).RootElement).GetProperty("journal").GetProperty("head").GetInt64() == 1, "the entry has its position");

        status.GetProperty("region").GetString().ShouldBe("north");
        status.GetProperty("partition").GetString().ShouldBe("north");
        status.GetProperty("state").GetString().ShouldBe("serving");
        status.GetProperty("epoch").GetInt32().ShouldBe(7);
        status.GetProperty("started_at").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(DateTimeOffset.UtcNow);
        status.GetProperty("services").EnumerateArray().Select(s => (s.GetProperty("name").GetString(), s.GetProperty("healthy").GetBoolean())).ShouldBe([("cell", true), ("database", true), ("journal", true), ("notes", true)]);
        var counters = status.GetProperty("counters");
        counters.GetProperty("requests").GetInt64().ShouldBe(2); // those of operators are not counted
        counters.GetProperty("changes").GetInt64().ShouldBe(1);
        counters.GetProperty("readings").GetInt64().ShouldBe(40);
        counters.GetProperty("alerts").GetInt64().ShouldBe(2);
    }
}
