using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Schema;
using Banyan.Console.Alerts;
using Banyan.Control.Drills;
using Banyan.Control.Drills.Breaking;
using Banyan.Control.Platform;
using Banyan.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Console.Tests.Live;

public partial class ConsoleHttpTests : IAsyncLifetime
{
    private ScriptedPlatform _platform = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await ScriptedPlatform.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_platform.Address), Timeout = TimeSpan.FromSeconds(30) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Page_First_ShowsEveryRegionWithoutScript()
    {
        using var response = await _client.GetAsync("/");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await response.Content.ReadAsStringAsync();
        foreach (var region in _platform.State.Regions)
        {
            html.ShouldContain($"href=\"/console/regions/{region.Name}\"");
            html.ShouldContain($"{region.Place} &#xB7; {region.Jurisdiction} &#xB7; core");
        }

        html.ShouldContain("all 5 regions serving");
        html.ShouldContain("All quiet");
        html.ShouldContain("RTO");
        html.ShouldContain("unproven");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/console/regions/east-africa")]
    [InlineData("/console/nothing")]
    public async Task Page_Any_HasNothingInlineAndAsksNoOneElse(string path)
    {
        using var response = await _client.GetAsync(path);
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self';");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        var html = await response.Content.ReadAsStringAsync();
        Scripts().Matches(html).ShouldAllBe(m => m.Value.Contains("src=\"/console/assets/"));
        html.ShouldNotContain("<style");
        html.ShouldNotContain(" style=");
        html.ShouldNotContain(" onclick=");
        foreach (Match link in Links().Matches(html))
            link.Groups[1].Value.ShouldStartWith(link.Groups[1].Value.StartsWith('#') ? "#" : "/");
    }

    [Fact]
    public async Task Page_RegionDown_SaysSoInWords()
    {
        var region = _platform.Regions["west-africa"];
        (region.CellAnswers, region.KeeperAnswers) = (false, false);
        _platform.Regions["north-africa"].ClimateIllness = "roll-ups <late>";
        var html = await _client.GetStringAsync("/");
        html.ShouldContain("3 of 5 regions serving");
        html.ShouldContain("is <strong>down</strong>: neither its cell nor its keeper answers.");
        html.ShouldContain("roll-ups &lt;late&gt;");
    }

    [Fact]
    public async Task Page_AlertWithMarkup_IsText()
    {
        _platform.Services.GetRequiredService<AlertBoard>().Put(new ConsoleAlert
        {
            Id = "\"><script>alert(1)</script>",
            Region = "east-africa",
            Event = "<b>",
            Headline = "<script>alert(1)</script>",
            Severity = "Severe",
            ReceivedAt = TimeProvider.System.GetUtcNow(),
            Area = "<img src=x>",
        });
        var html = await _client.GetStringAsync("/");
        html.ShouldNotContain("<script>alert");
        html.ShouldNotContain("<img");
        html.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    }

    [Fact]
    public async Task Page_DrillRuns_ShowsItWithItsStepsAsTextLatestFirst()
    {
        (await _client.GetStringAsync("/")).ShouldContain("id=\"s-drill\" hidden");
        using var running = PlatformLock.TryAcquire(_platform.Data.DrillLockFile);
        new BrokenState
        {
            Scenario = "region-loss",
            Region = "east-africa",
            StartedAt = TimeProvider.System.GetUtcNow(),
            Seconds = 15,
            SinceBrokenMs = 4_200,
            QuietMs = 1_300,
            Failed = 7,
            Rates = [new DrillRate(40, 80, 0), new DrillRate(0, 3, 2)],
            Timeline = [new TimelineStep("broken", 0, "<script>"), new TimelineStep("decided", 80)],
        }.Write(_platform.Data);

        var html = await _client.GetStringAsync("/");

        html.ShouldContain("Drill under way");
        html.ShouldContain("broken for 4 s of 15 s");
        html.ShouldContain("&lt;script&gt;");
        html.ShouldNotContain("<strong><script>");
        html.IndexOf("<strong>decided</strong>", StringComparison.Ordinal).ShouldBeInRange(0, html.IndexOf("<strong>broken</strong>", StringComparison.Ordinal));
        html.ShouldContain("class=\"rate-failed\"");
        var json = JsonDocument.Parse(await _client.GetStringAsync("/console/v1/status")).RootElement.GetProperty("drill");
        (json.GetProperty("phase").GetString(), json.GetProperty("failed").GetInt64()).ShouldBe(("running", 7));
    }

    [Fact]
    public async Task Page_UnknownRegion_Is404WithTheKnownOnes()
    {
        using var response = await _client.GetAsync("/console/regions/atlantis");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("/console/regions/east-africa");
    }

    [Fact]
    public async Task Page_Region_ShowsItsOwnFacts()
    {
        var html = await _client.GetStringAsync("/console/regions/east-africa");
        html.ShouldContain("1.29&#xB0; S, 36.82&#xB0; E");
        html.ShouldContain("curl -i -H &#x27;Banyan-Region: east-africa&#x27;");
        html.ShouldContain("data-live=\"/console/live?region=east-africa\"");
    }

    [Fact]
    public async Task Status_Json_HoldsPlatformAlertsHistoryAndEntry()
    {
        var before = await ForwardedAsync();
        await _client.GetAsync("/regions/east-africa/ping");
        using var response = await _client.GetAsync("/console/v1/status");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        json.GetProperty("status").GetProperty("regions")[0].GetProperty("state").GetString().ShouldBe("serving");
        json.GetProperty("status").GetProperty("regions").GetArrayLength().ShouldBe(5);
        json.GetProperty("alerts").GetArrayLength().ShouldBe(0);
        json.GetProperty("history").GetArrayLength().ShouldBeGreaterThan(0);
        Forwarded(json).ShouldBeGreaterThan(before); // the console's own requests for alerts count, too

        async Task<long> ForwardedAsync() => Forwarded(JsonDocument.Parse(await _client.GetStringAsync("/console/v1/status")).RootElement);
        static long Forwarded(JsonElement status) => status.GetProperty("entry").GetProperty("forwarded").GetProperty("east-africa").GetInt64();
    }

    [Fact]
    public async Task Live_Page_SendsAllSectionsThenWhatChanged()
    {
        using var stream = new StreamReader(await _client.GetStreamAsync("/console/live"));
        var first = await NextAsync(stream, "patch");
        first.GetProperty("sections").EnumerateObject().Select(s => s.Name).Order(StringComparer.Ordinal).ShouldBe(
            ["s-alerts", "s-databases", "s-drill", "s-drills", "s-figures", "s-map", "s-notice", "s-objectives", "s-regions", "s-running", "s-state"]);
        foreach (var section in first.GetProperty("sections").EnumerateObject())
            section.Value.GetString()!.ShouldContain($"id=\"{section.Name}\"");

        var region = _platform.Regions["south-africa"];
        (region.CellAnswers, region.KeeperAnswers) = (false, false);
        JsonElement sections;
        do
        {
            sections = (await NextAsync(stream, "patch")).GetProperty("sections");
            sections.TryGetProperty("s-objectives", out _).ShouldBeFalse("nothing changed there");
        }
        while (!sections.TryGetProperty("s-notice", out _));
        sections.GetProperty("s-notice").GetString()!.ShouldContain("south-africa");
    }

    [Fact]
    public async Task Live_Region_SendsItsSections()
    {
        using var stream = new StreamReader(await _client.GetStreamAsync("/console/live?region=east-africa"));
        var first = await NextAsync(stream, "patch");
        first.GetProperty("sections").EnumerateObject().Select(s => s.Name).ShouldContain("s-charts");
        (await _client.GetAsync("/console/live?region=atlantis")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Live_Data_SendsTheStatusAsJson()
    {
        using var stream = new StreamReader(await _client.GetStreamAsync("/console/v1/live"));
        (await NextAsync(stream, "status")).GetProperty("platform").GetString().ShouldBe("kai");
    }

    [Fact]
    public async Task Live_FrontDoorStops_StreamEndsInOrder()
    {
        using var stream = new StreamReader(await _client.GetStreamAsync("/console/live"));
        await NextAsync(stream, "patch");
        var stop = _platform.StopDoorAsync();
        await stream.ReadToEndAsync();
        await stop.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Asset_Addressed_IsKeptForGood()
    {
        var html = await _client.GetStringAsync("/");
        var style = Regex.Match(html, "/console/assets/console.css\\?v=[0-9a-f]+").Value;
        using var response = await _client.GetAsync(style);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
        response.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        using var stale = await _client.GetAsync("/console/assets/console.css?v=0");
        stale.Headers.CacheControl!.NoCache.ShouldBeTrue();
        (await _client.GetAsync("/console/assets/nothing.js")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?region=west-africa")]
    public async Task SampleAlert_Cap_IsValid(string query)
    {
        using var response = await _client.GetAsync("/console/sample-alert" + query);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/cap+xml");
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain(query.Length == 0 ? "Nairobi" : "Lagos");
        text.ShouldContain("-00:00</sent>");
        var schema = SharedVectors.Find("cap/schema/cap12.xsd");
        Assert.SkipWhen(schema is null, "No ../shared/vectors/cap/schema/cap12.xsd: the sample is not checked against the schema.");
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema };
        using var file = XmlReader.Create(schema!, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        settings.Schemas.Add(XmlSchema.Read(file, null)!);
        using var reader = XmlReader.Create(new StringReader(text), settings);
        while (reader.Read())
        {
            // An invalid element throws.
        }
    }

    [Fact]
    public async Task Entry_EverythingElse_StillReachesTheCells()
    {
        using var response = await _client.GetAsync("/ping");
        (await response.Content.ReadAsStringAsync()).ShouldBe("pong");
        response.Headers.GetValues("Banyan-Region").ShouldBe(["east-africa"]);
    }

    private static async Task<JsonElement> NextAsync(StreamReader stream, string name)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await stream.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line != $"event: {name}")
                continue;
            var data = await stream.ReadLineAsync(deadline.Token);
            return JsonDocument.Parse(data!["data: ".Length..]).RootElement;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Scripts();

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Links();
}
