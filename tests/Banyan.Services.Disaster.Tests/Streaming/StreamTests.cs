using System.Net;
using System.Net.Sockets;
using System.Text;
using Banyan.Services.Disaster.Streaming;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Disaster.Tests.Streaming;

public class StreamTests
{
    [Fact]
    public async Task Stream_LifeOfAnAlert_ArrivesInOrder()
    {
        await using var cell = await DisasterCell.StartAsync();
        await using var stream = await EventStream.OpenAsync(cell);
        stream.Response.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream");
        stream.Retry.ShouldBe(TimeSpan.FromSeconds(2));
        var alert = new AlertXml("one");
        var update = alert.Update("two", 1);

        var id = await cell.IssueAsync(alert);
        await cell.IssueAsync(update);
        await cell.IssueAsync(update.Cancel("three", 2));
        await cell.IssueAsync(new AlertXml("four") { ExpiresMinute = 10 });
        var first = await stream.NextAsync();
        (await stream.NextChangeAsync()).ShouldBe("updated two");
        (await stream.NextChangeAsync()).ShouldBe("cancelled three");
        (await stream.NextChangeAsync()).ShouldBe("issued four");
        cell.Time.Advance(TimeSpan.FromMinutes(11));

        (await stream.NextChangeAsync()).ShouldBe("expired four");
        first.Change.ShouldBe("issued one");
        first.Json.GetProperty("alert").GetProperty("id").GetGuid().ShouldBe(id);
        first.Id!.ShouldEndWith("-1");
    }

    [Theory]
    [InlineData("Exercise", "Public")]
    [InlineData("System", "Public")]
    [InlineData("Test", "Public")]
    [InlineData("Draft", "Public")]
    [InlineData("Actual", "Restricted")]
    [InlineData("Actual", "Private")]
    public async Task Stream_MessageNotForThePublic_NeverArrives(string status, string scope)
    {
        await using var cell = await DisasterCell.StartAsync();
        await using var stream = await EventStream.OpenAsync(cell);
        var hidden = new AlertXml("hidden") { Status = status, Scope = scope };

        await cell.IssueAsync(hidden);
        await cell.IssueAsync(hidden.Update("hidden-2", 1));
        await cell.IssueAsync(new AlertXml("open"));

        (await stream.NextChangeAsync()).ShouldBe("issued open");
    }

    [Fact]
    public async Task Stream_Filtered_GivesWhatConcernsTheSubscriber()
    {
        await using var cell = await DisasterCell.StartAsync();
        await using var point = await EventStream.OpenAsync(cell, "?point=-1.5,36.5&severity=Severe");
        await using var area = await EventStream.OpenAsync(cell, "?area=6.5,3.4%20100");
        await using var code = await EventStream.OpenAsync(cell, "?geocode=FIPS6%3D030049");
        var flood = new AlertXml("flood");

        await cell.IssueAsync(new AlertXml("minor") { Severity = "Minor" });
        await cell.IssueAsync(flood);
        await cell.IssueAsync(new AlertXml("lagos") { Area = "<circle>6.6,3.5 1</circle>" });
        await cell.IssueAsync(new AlertXml("code") { Area = "<geocode><valueName>FIPS6</valueName><value>030049</value></geocode>" });
        // Whoever was told of the flood is told that it moved away, and of its end; the others are not.
        var moved = flood.Update("moved", 1) with { Area = "<circle>40,100 1</circle>", Severity = "Minor" };
        await cell.IssueAsync(moved);
        await cell.IssueAsync(moved.Cancel("over", 2));
        await cell.IssueAsync(new AlertXml("all") { Area = "" });

        (await point.NextChangeAsync()).ShouldBe("issued flood");
        (await point.NextChangeAsync()).ShouldBe("updated moved");
        (await point.NextChangeAsync()).ShouldBe("issued all");
        (await area.NextChangeAsync()).ShouldBe("issued lagos");
        (await area.NextChangeAsync()).ShouldBe("issued all");
        (await code.NextChangeAsync()).ShouldBe("issued code");
        (await code.NextChangeAsync()).ShouldBe("issued all");
    }

    [Fact]
    public async Task Stream_BrokenAndResumedAgainAndAgain_LosesAndRepeatsNothing()
    {
        await using var cell = await DisasterCell.StartAsync();
        const int Alerts = 120;
        var start = await EventStream.OpenAsync(cell);
        var last = start.LastEventId;
        await start.DisposeAsync();
        var posting = Task.Run(async () =>
        {
            for (var i = 0; i < Alerts; i++)
                await cell.IssueAsync(new AlertXml($"a{i}"));
        });

        var random = new Random(3);
        var seen = new List<string>();
        while (seen.Count < Alerts)
        {
            await using var stream = await EventStream.OpenAsync(cell, lastEventId: last);
            for (var take = random.Next(0, 12); take > 0 && seen.Count < Alerts; take--)
            {
                seen.Add(await stream.NextChangeAsync());
                last = stream.LastEventId;
            }
        }

        await posting;
        seen.ShouldBe(Enumerable.Range(0, Alerts).Select(i => $"issued a{i}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    public async Task Stream_ResumedAfterARestart_GoesOnWhereItWas(int missed)
    {
        string database;
        string last;
        await using (var cell = await DisasterCell.StartAsync())
        {
            database = cell.ConnectionString;
            await using var stream = await EventStream.OpenAsync(cell);
            await cell.IssueAsync(new AlertXml("seen"));
            (await stream.NextChangeAsync()).ShouldBe("issued seen");
            last = stream.LastEventId!;
            for (var i = 0; i < missed; i++)
                await cell.IssueAsync(new AlertXml($"missed-{i}"));
        }

        await using var again = await DisasterCell.StartAsync(database);
        await using var resumed = await EventStream.OpenAsync(again, $"?last_event_id={last}", null);
        await again.IssueAsync(new AlertXml("new"));
        for (var i = 0; i < missed; i++)
            (await resumed.NextChangeAsync()).ShouldBe($"issued missed-{i}");
        (await resumed.NextChangeAsync()).ShouldBe("issued new");
    }

    [Theory]
    [InlineData("4711-1")]
    [InlineData("1-9")]
    public async Task Stream_ResumedFromAPositionOfAnotherJournal_SaysSoAndGoesOnFromNow(string position)
    {
        await using var cell = await DisasterCell.StartAsync();
        await cell.IssueAsync(new AlertXml("before"));
        await cell.UntilListedAsync("before");

        await using var stream = await EventStream.OpenAsync(cell, lastEventId: position);

        var reset = await stream.NextAsync();
        reset.Type.ShouldBe("reset");
        reset.Id.ShouldNotBe(position);
        await cell.IssueAsync(new AlertXml("after"));
        (await stream.NextChangeAsync()).ShouldBe("issued after");
    }

    [Fact]
    public async Task Stream_ListThenFollow_HasNoGap()
    {
        await using var cell = await DisasterCell.StartAsync();
        await cell.IssueAsync(new AlertXml("one"));
        await cell.UntilListedAsync("one");
        var position = (await cell.GetJsonAsync("/disaster/v1/alerts")).GetProperty("position").GetString();
        await cell.IssueAsync(new AlertXml("two"));

        await using var stream = await EventStream.OpenAsync(cell, $"?last_event_id={position}");

        (await stream.NextChangeAsync()).ShouldBe("issued two");
    }

    [Fact]
    public async Task Stream_NothingHappens_HeartbeatsMoveThePosition()
    {
        await using var cell = await DisasterCell.StartAsync();
        await using var stream = await EventStream.OpenAsync(cell, "?point=0,0");
        var before = stream.LastEventId;
        await cell.IssueAsync(new AlertXml("elsewhere"));
        await cell.UntilListedAsync("elsewhere");

        // Each tenth of the period a tenth of the subscribers has its turn.
        var beat = Task.Run(async () =>
        {
            while (stream.LastEventId == before)
            {
                cell.Time.Advance(TimeSpan.FromSeconds(1.5));
                await Task.Delay(10);
            }
        });
        await cell.IssueAsync(new AlertXml("here") { Area = "<circle>0,0 1</circle>", ExpiresMinute = 1000 });
        (await stream.NextChangeAsync()).ShouldBe("issued here");
        await beat;
    }

    [Fact]
    public async Task Stream_BadQuery_IsRefusedBeforeItBegins()
    {
        await using var cell = await DisasterCell.StartAsync();

        using var response = await cell.Client.GetAsync("/disaster/v1/stream?point=here&area=1,2&geocode=x&severity=9&last_event_id=abc");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Last-Event-ID");
    }

    [Fact]
    public async Task Stream_Full_IsRefusedAndFreedAgain()
    {
        await using var cell = await DisasterCell.StartAsync(settings: ("disaster:stream.max_subscribers", "2"));
        await using var one = await EventStream.OpenAsync(cell);
        var two = await EventStream.OpenAsync(cell);

        using var refused = await cell.Client.GetAsync("/disaster/v1/stream", HttpCompletionOption.ResponseHeadersRead);
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();

        await two.DisposeAsync();
        await DisasterCell.UntilAsync(() => Task.FromResult(cell.App.Services.GetRequiredService<StreamHub>().Subscribers == 1), "a place is free again");
        await using var three = await EventStream.OpenAsync(cell);
    }

    [Fact]
    public async Task Stream_CellDrains_EndsCleanly()
    {
        var cell = await DisasterCell.StartAsync();
        var stream = await EventStream.OpenAsync(cell);

        var ending = stream.ReadToEndAsync();
        await cell.App.StopAsync();

        (await ending).ShouldBeNull();
        await cell.DisposeAsync();
    }

    [Fact]
    public async Task Stream_SlowSubscriber_IsDroppedAndOthersAreNot()
    {
        await using var cell = await DisasterCell.StartAsync();
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(IPAddress.Loopback, cell.Client.BaseAddress!.Port);
        await slow.GetStream().WriteAsync("GET /disaster/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var hub = cell.App.Services.GetRequiredService<StreamHub>();
        await DisasterCell.UntilAsync(() => Task.FromResult(hub.Subscribers == 1), "the slow one is connected");
        await using var quick = await EventStream.OpenAsync(cell);
        var headline = new string('x', 300_000);

        var posted = 0;
        for (; hub.Dropped == 0 && posted < 200; posted++)
        {
            await cell.IssueAsync(new AlertXml($"a{posted}") { Headline = headline });
            (await quick.NextChangeAsync()).ShouldBe($"issued a{posted}");
        }

        hub.Dropped.ShouldBe(1);
        // It reads at last: all that was sent, then where to resume; then the stream ends.
        using var reader = new StreamReader(slow.GetStream(), Encoding.UTF8);
        string? resume = null, id = null;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            if (line.StartsWith("data: {\"reason\":\"too slow\"", StringComparison.Ordinal))
                resume = line.Split('"')[^2];
            if (line == "0")
                break;
        }

        resume.ShouldNotBeNull();
        resume.ShouldBe(id);
        await using var resumed = await EventStream.OpenAsync(cell, lastEventId: resume);
        var next = await resumed.NextAsync();
        int.Parse(next.Change.AsSpan("issued a".Length), System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(posted);
    }
}
