using System.Net;
using System.Text;
using System.Text.Json;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>KAI as a whole, as its users meet it.</summary>
[Collection(LivePlatformCollection.Name)]
public class LivePlatformTests(LivePlatform platform)
{
    [Fact]
    public async Task Status_FiveRegions_AllServeWithAStandbyEach()
    {
        var status = await platform.WaitUntilServingAsync();
        status.GetProperty("platform").GetString().ShouldBe("kai");
        var regions = status.GetProperty("regions").EnumerateArray().ToList();
        regions.Select(r => r.GetProperty("name").GetString()).ShouldBe(["east-africa", "west-africa", "north-africa", "south-africa", "central-africa"], ignoreOrder: true);
        foreach (var region in regions)
        {
            region.GetProperty("state").GetString().ShouldBe("serving");
            // Other tests kill what serves: a partition may have moved, and then its epoch tells.
            var (name, standby) = (region.GetProperty("name").GetString(), region.GetProperty("standby").GetString());
            standby.ShouldNotBe(name);
            region.GetProperty("primary").GetString().ShouldBeOneOf([name, standby]);
            region.GetProperty("epoch").GetInt32().ShouldBeGreaterThanOrEqualTo(region.GetProperty("primary").GetString() == name ? 1 : 2);
            region.GetProperty("lag_bytes").GetInt64().ShouldBeGreaterThanOrEqualTo(0);
        }

        status.GetProperty("front_doors")[0].GetProperty("state").GetString().ShouldBe("serving");
        status.GetProperty("objectives").EnumerateArray().Select(o => (o.GetProperty("name").GetString(), o.GetProperty("target").GetString())).ShouldContain(("rto", "15m"));
    }

    [Fact]
    public async Task Status_Text_IsATable()
    {
        var text = await BanyanCommand.RunAsync("status", "--data", platform.Data);
        text.ExitCode.ShouldBe(0, text.ToString());
        text.Out.ShouldContain("kai: 5 of 5 regions serving");
        text.Out.ShouldNotContain("\e[", customMessage: "colours are for terminals");
        text.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Up_FolderInUse_NamesTheSupervisorAndHowToStopIt()
    {
        var again = await BanyanCommand.RunAsync("up", "--data", platform.Data);
        again.ExitCode.ShouldBe(2);
        var pid = PlatformProcesses.Single(platform.Data, " up ");
        again.ErrorLines.ShouldBe([$"banyan: {platform.Data} is in use by a live platform (pid {pid}): stop it with `banyan down --data {platform.Data}`, or name another folder with --data"]);
    }

    [Fact]
    public async Task Alert_PostedThroughTheEntry_ReachesASubscriberOnceAndHasAReceipt()
    {
        await using var stream = new AlertStream(platform, "east-africa");
        await stream.OpenAsync();
        var identifier = $"posted-{Guid.NewGuid():N}";
        var key = Guid.NewGuid().ToString("N");
        using var first = await PostAsync("east-africa", identifier, key, CapAlert.Create(identifier));
        first.StatusCode.ShouldBe(HttpStatusCode.Created, await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await Poll.UntilAsync(() => stream.Issued.Contains(identifier), () => $"no event of {identifier}\n{platform.Logs()}");
        stream.Issued.Count(i => i == identifier).ShouldBe(1);

        var receipt = first.Headers.GetValues("Banyan-Receipt").Single();
        using var proof = await platform.Http.GetAsync(new Uri($"/regions/east-africa/journal/v1/receipts/{receipt}", UriKind.Relative), TestContext.Current.CancellationToken);
        proof.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var elsewhere = await platform.Http.GetAsync(new Uri($"/regions/west-africa/journal/v1/receipts/{receipt}", UriKind.Relative), TestContext.Current.CancellationToken);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.NotFound, "each region has a partition of its own");
    }

    [Fact]
    public async Task Alert_RepeatedWithItsKey_IsDoneOnce()
    {
        var identifier = $"repeated-{Guid.NewGuid():N}";
        var key = Guid.NewGuid().ToString("N");
        var body = await CapAlert.Create(identifier).ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var first = await PostAsync("south-africa", identifier, key, Content(body));
        using var second = await PostAsync("south-africa", identifier, key, Content(body));
        second.StatusCode.ShouldBe(first.StatusCode);
        second.Headers.GetValues("Banyan-Receipt").ShouldBe(first.Headers.GetValues("Banyan-Receipt"));
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/regions/north-africa/ping", null, null, "north-africa")]
    [InlineData("/ping", "Banyan-Region", "west-africa", "west-africa")]
    [InlineData("/ping", "Banyan-Location", "-33.9,18.4", "south-africa")]
    public async Task Entry_HoweverARegionIsNamed_ReachesIt(string path, string? header, string? value, string region)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
            request.Headers.Add(header, value);
        using var answer = await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        answer.Headers.GetValues("Banyan-Region").ShouldBe([region]);
    }

    [Fact]
    public async Task Reading_WrittenThroughTheEntry_IsAcknowledgedWithAReceipt()
    {
        using var answer = await platform.Http.PostAsync(new Uri("/regions/west-africa/api/v2/write?bucket=e2e&precision=s", UriKind.Relative),
            new StringContent($"river,station=S1 level=3.25 {DateTimeOffset.UtcNow.ToUnixTimeSeconds()}\n", Encoding.UTF8), TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var receipt = answer.Headers.GetValues("Banyan-Receipt").Single();
        await using var stream = await platform.Http.GetStreamAsync(new Uri($"/regions/west-africa/journal/v1/receipts/{receipt}", UriKind.Relative), TestContext.Current.CancellationToken);
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        json.RootElement.ToString().ShouldContain("climate.readings");
        var (_, status) = await platform.StatusAsync();
        var counters = status.GetProperty("regions").EnumerateArray().Single(r => r.GetProperty("name").GetString() == "west-africa").GetProperty("cell").GetProperty("counters");
        counters.GetProperty("readings").GetInt64().ShouldBeGreaterThan(0);
        counters.GetProperty("changes").GetInt64().ShouldBeGreaterThan(0);
        counters.GetProperty("requests").GetInt64().ShouldBeGreaterThan(0);
    }

    private static ByteArrayContent Content(byte[] body) => new(body) { Headers = { ContentType = new("application/cap+xml") } };

    private async Task<HttpResponseMessage> PostAsync(string region, string identifier, string key, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/regions/{region}/disaster/v1/alerts") { Content = content };
        request.Headers.Add("Idempotency-Key", $"\"{key}\"");
        return await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
