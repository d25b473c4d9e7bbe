using System.Net;
using Banyan.Routing.Entry;

namespace Banyan.Routing.Tests.Entry.Forwarding;

public class AbortTests
{
    /// <summary>Whether entry and cell speak TLS with each other.</summary>
    protected virtual bool Secure => false;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("/hang")]
    [InlineData("/hang?started")]
    public async Task Client_GoesAway_CellIsTold(string path)
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using (var raw = await RawClient.ConnectAsync(entry.Port))
        {
            await raw.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            await cell.Reached.Task.WaitAsync(Patience);
        }

        await cell.Aborted.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Cell_BreaksOffInTheBody_ClientSeesABrokenAnswer()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var response = await entry.Client.GetAsync("/half", HttpCompletionOption.ResponseHeadersRead);
        cell.Continue.Release();
        await Should.ThrowAsync<HttpRequestException>(response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Cell_BreaksOffBeforeItsAnswer_Is502AndIsNotRepeated()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        (await entry.Client.PostAsync("/status/200", null)).StatusCode.ShouldBe(HttpStatusCode.OK); // a kept connection, where a client library would repeat
        using var response = await entry.Client.PostAsync("/break", null);
        await response.ShouldBeProblemAsync(502, "region-broke-off");
        cell.Seen.Count(s => s == "POST /break").ShouldBe(1);
        entry.Metrics.Render().ShouldContain("banyan_entry_failures_total{region=\"home\"} 1\n");
    }

    [Fact]
    public async Task Cell_StaysSilent_Is504()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell, new EntryOptions { AnswerTimeout = TimeSpan.FromMilliseconds(100) });
        using var response = await entry.Client.GetAsync("/hang");
        await response.ShouldBeProblemAsync(504, "region-silent");
        await cell.Aborted.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Cell_StreamsLongerThanItsTimeout_IsNotCutOff()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        var options = new EntryOptions { AnswerTimeout = TimeSpan.FromMilliseconds(200) };
        await using var entry = await TestEntry.StartAsync(cell, options);
        using var response = await entry.Client.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead);
        await Task.Delay(options.AnswerTimeout * 2); // the passing of time is what is tested: only a wrong entry can fail here
        cell.Continue.Release();
        (await response.Content.ReadAsStringAsync()).ShouldBe("firstsecond");
    }

    [Fact]
    public async Task Cell_Dies_PlainIs503AndSafeWaitsUntilItServesAgain()
    {
        var cell = await TestCell.StartAsync(secure: Secure);
        var port = cell.Port;
        await using var entry = await TestEntry.StartAsync(cell, new EntryOptions());
        (await entry.Client.GetAsync("/status/204")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await cell.DisposeAsync();
        using (var first = await entry.Client.PostAsync("/status/204", null))
            await first.ShouldBeProblemAsync(503, "region-unreachable", "region-down");
        entry.State.Current.Regions[0].Availability.ShouldBe(RegionAvailability.Down); // a refused connection is news at once
        using (var named = await entry.Client.PostAsync("/regions/home/status/204", null))
            await named.ShouldBeProblemAsync(503, "region-down");
        (await entry.Client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await entry.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var any = entry.Client.GetAsync("/status/204");
        var home = entry.Client.GetAsync("/regions/home/status/204");
        await entry.UntilAsync(_ => entry.Metrics.HoldsOf("home").Now == 2);
        await using var again = await TestCell.StartAsync(port, Secure);
        (await any).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await home).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Cell_Unreachable_Is503AndTheRequestIsSafeToRepeat()
    {
        var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell, new EntryOptions { WatchTimeout = TimeSpan.FromSeconds(5) });
        await cell.DisposeAsync();
        entry.State.Set("home", RegionAvailability.Serving);
        using var response = await entry.Client.PostAsync("/status/200", new StringContent("body"));
        await response.ShouldBeProblemAsync(503, "region-unreachable", "region-down"); // the watcher may have been quicker
    }

    [Fact]
    public async Task Cell_NotReady_IsDownAndRequestsWaitAsLongAsTheyMay()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell, new EntryOptions { HoldTime = TimeSpan.FromMilliseconds(300) });
        cell.Ready = false;
        await entry.UntilAsync(map => map.Regions[0].Availability == RegionAvailability.Down);
        using var response = await entry.Client.GetAsync("/regions/home/x");
        await response.ShouldBeProblemAsync(503, "region-down");
        cell.Seen.ShouldBeEmpty();
    }
}
