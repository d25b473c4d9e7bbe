using Banyan.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Disaster.Tests.Requests;

public class RequestTests
{
    private const string Rain = """
        {"rule":"nyando-rain","event":"Flood","category":"Met","urgency":"Immediate","severity":"Severe","certainty":"Observed",
         "headline":"92 mm in 24 h at Ahero \u0000 & rising","description":"<b>","instruction":"Leave the low ground.","expires":"2099-03-01T12:00:00.5Z",
         "area":{"description":"Nyando","circle":"-0.17,34.92 15","polygon":"-0.1,34.8 -0.1,35 -0.3,35"},"source":"climate","evidence":{"sum_mm":92.4}}
        """;

    [Fact]
    public async Task Request_Appended_IsIssuedOnce()
    {
        await using var cell = await DisasterCell.StartAsync();

        var id = await AppendAsync(cell, Rain);

        await cell.UntilListedAsync($"banyan-{id}");
        var alert = (await cell.GetJsonAsync("/disaster/v1/alerts?point=-0.17,34.92")).GetProperty("alerts")[0];
        alert.GetProperty("sender").GetString().ShouldBe("alerts@east.kai.example");
        alert.GetProperty("source").GetString().ShouldBe("climate");
        var info = alert.GetProperty("infos")[0];
        info.GetProperty("event").GetString().ShouldBe("Flood");
        info.GetProperty("headline").GetString().ShouldBe("92 mm in 24 h at Ahero \uFFFD & rising");
        info.GetProperty("expires").GetString().ShouldBe("2099-03-01T12:00:00-00:00");
        info.GetProperty("areas")[0].GetProperty("polygons")[0].GetArrayLength().ShouldBe(4);
        info.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("value").GetString()).ShouldBe(["nyando-rain", "{\"sum_mm\":92.4}"]);
    }

    [Fact]
    public async Task Request_CellRestarted_IsNotIssuedAgain()
    {
        string database;
        await using (var cell = await DisasterCell.StartAsync())
        {
            database = cell.ConnectionString;
            for (var i = 0; i < 5; i++)
                await AppendAsync(cell, Rain);
            await DisasterCell.UntilAsync(async () => (await cell.ListAsync()).Count == 5, "five alerts");
        }

        await using var again = await DisasterCell.StartAsync(database, new ShiftedTime(AlertXml.Start.AddHours(1)), settings: ("disaster:sender", "another@example"));
        var id = await AppendAsync(again, Rain);
        await DisasterCell.UntilAsync(async () => (await again.ListAsync()).Contains($"banyan-{id}"), "the sixth");
        (await again.ListAsync()).Count.ShouldBe(6);
        (await again.GetJsonAsync("/disaster/v1/alerts")).GetProperty("alerts")[0].GetProperty("sender").GetString().ShouldBe("another@example");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"event":{"a":1}}""")]
    [InlineData("""{"event":"Flood","category":"Met","urgency":"Immediate","severity":"Huge","certainty":"Observed"}""")]
    [InlineData("""{"event":"Flood","category":"Met","urgency":"Immediate","severity":"Severe","certainty":"Observed","expires":"soon"}""")]
    [InlineData("""{"event":"Flood","category":"Met","urgency":"Immediate","severity":"Severe","certainty":"Observed","expires":"2001-01-01T00:00:00Z"}""")]
    [InlineData("""{"event":"Flood","category":"Met","urgency":"Immediate","severity":"Severe","certainty":"Observed","area":{"description":"x","circle":"far away"}}""")]
    public async Task Request_Malformed_IsPassedOver(string data)
    {
        await using var cell = await DisasterCell.StartAsync();

        await AppendAsync(cell, data);
        var id = await AppendAsync(cell, Rain);

        await cell.UntilListedAsync($"banyan-{id}");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts")).ShouldBe(1);
    }

    private static async Task<Guid> AppendAsync(DisasterCell cell, string data)
    {
        var request = new JournalEvent { Topic = "alerts.requested", Type = "banyan.alert.requested.v1", Data = data };
        await cell.App.Services.GetRequiredService<IJournal>().CommitAsync(new Change { Answer = new StoredAnswer(204), Events = [request] }, CancellationToken.None);
        return request.Id;
    }
}
