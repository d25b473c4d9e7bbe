namespace Banyan.Routing.Tests.Entry.Forwarding;

public class RefusalTests
{
    [Fact]
    public async Task Request_UnknownRegion_Is404WithTheKnownOnes()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync([("north", cell.Address), ("south", cell.Address)]);
        using var response = await entry.Client.GetAsync("/regions/west/x");
        var problem = await response.ShouldBeProblemAsync(404, "region-unknown");
        problem.GetProperty("regions").EnumerateArray().Select(r => r.GetString()).ShouldBe(["north", "south"]);
        problem.GetProperty("detail").GetString()!.ShouldContain("\"west\"");
        cell.Seen.ShouldBeEmpty();
        entry.Metrics.RefusedInTotal.ShouldBe(1);
    }

    [Fact]
    public async Task Request_HeaderNamesRegion_GoesThere()
    {
        await using var north = await TestCell.StartAsync();
        await using var south = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync([("north", north.Address), ("south", south.Address)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { { "Banyan-Region", "south" } } };
        using var response = await entry.Client.SendAsync(request);
        response.Headers.GetValues("Banyan-Region").ShouldBe(["south"]);
        south.Seen.ShouldBe(["GET /a"]);
        north.Seen.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/cell/v1/status")]
    [InlineData("/CELL/v1/status")]
    [InlineData("/%63ell/v1/status")]
    [InlineData("/regions/home/cell/v1/status")]
    [InlineData("/regions/home/%63ell/v1/status")]
    [InlineData("/regions/home/metrics")]
    [InlineData("/regions/home/health/ready")]
    public async Task Request_CellsOwnPath_Is404(string path)
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        var answer = await RawClient.ExchangeAsync(entry.Port, $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 404");
        answer.ShouldContain("urn:banyan:problem:not-found");
        cell.Seen.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/x/../cell/v1/status")]
    [InlineData("/regions/home/../../cell/v1/status")]
    [InlineData("/regions/home/x/%2e%2e/cell/v1/status")]
    [InlineData("/./cell/v1/status")]
    public async Task Request_DotSegments_Is400(string path)
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        var answer = await RawClient.ExchangeAsync(entry.Port, $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 400");
        answer.ShouldContain("urn:banyan:problem:bad-target");
        cell.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_PublicHealthOfAService_Passes()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        (await entry.Client.GetStringAsync("/health")).ShouldBe("public health");
    }

    [Fact]
    public async Task Request_OwnCounters_AreOpenMetrics()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        await entry.Client.GetAsync("/status/500");
        using var response = await entry.Client.GetAsync("/metrics");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/openmetrics-text");
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain("banyan_entry_requests_total{region=\"home\"} 1\n");
        text.ShouldContain("banyan_entry_server_errors_total{region=\"home\"} 1\n");
        text.ShouldEndWith("# EOF\n");
    }

    // RFC 9112 sections 6.1 to 6.3 and 11.2: whatever the entry makes of these, no second request may reach the cell.
    [Theory]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\nbodyGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 40\r\n\r\nbodyGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: +4\r\n\r\nbodyGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\nbodyGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /upload HTTP/1.1\r\nHost: x\r\nX: a\rGET /smuggled HTTP/1.1\r\n\r\n")]
    [InlineData("GET /upload HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n")]
    [InlineData("GET /upload HTTP/1.1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /upload HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Request_AmbiguousFraming_SmugglesNothing(string request)
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        var answer = await RawClient.ExchangeAsync(entry.Port, request);
        answer.ShouldStartWith("HTTP/1.1 ");
        answer.Split("HTTP/1.1 ").Length.ShouldBe(2, "one answer, then the connection closes");
        cell.Seen.ShouldNotContain("GET /smuggled");
        cell.Seen.Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Request_BothLengthAndChunked_ReachesCellWithOneFraming()
    {
        using var cell = ScriptedCell.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        await RawClient.ExchangeAsync(entry.Port, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        var seen = cell.Seen.ShouldHaveSingleItem();
        seen.ShouldContain("Transfer-Encoding: chunked\r\n");
        seen.ShouldNotContain("Content-Length");
    }

    [Theory]
    [InlineData("TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\nConnection: close\r\n\r\n", "405")]
    public async Task Request_NotForAnOrigin_IsRefused(string request, string status)
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        (await RawClient.ExchangeAsync(entry.Port, request)).ShouldStartWith($"HTTP/1.1 {status}");
        cell.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_BodyBrokenInTheMiddle_IsTheClientsFault()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        var answer = await RawClient.ExchangeAsync(entry.Port, "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n");
        answer.ShouldStartWith("HTTP/1.1 400");
        entry.State.Current.Regions[0].Availability.ShouldBe(Banyan.Routing.Entry.RegionAvailability.Serving);
    }
}
