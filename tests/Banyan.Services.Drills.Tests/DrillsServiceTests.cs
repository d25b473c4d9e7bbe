using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Services.Drills.Tests;

public sealed class DrillsServiceTests : IAsyncLifetime
{
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "kai", Region = "east", Partition = "east", PublicAddress = new Uri("https://east.kai.example"), Settings = new Dictionary<string, string>() },
                ConnectionString = await PostgresServer.CreateDatabaseAsync(),
                Port = 0,
            },
            [new DrillsService()]);
        await _app.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    [Fact]
    public async Task Marks_WithKeyRepeated_AreOneRowAndOneEntry_WithoutKeyTwo()
    {
        var run = await OpenAsync();
        using var first = await MarkAsync(run, 1, 1, "k1");
        using var again = await MarkAsync(run, 1, 1, "k1");
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.Headers.GetValues("Banyan-Receipt").ShouldBe(first.Headers.GetValues("Banyan-Receipt"));
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        (await MarkAsync(run, 2, 1, null)).Dispose();
        (await MarkAsync(run, 2, 1, null)).Dispose();
        (await MarkAsync(run, 2, 2, null)).Dispose();

        (await Marks(run, 1)).ShouldBe([1]);
        (await Marks(run, 2)).ShouldBe([1, 1, 2]);
        (await GetAsync($"runs/{run}/last?client=2")).GetProperty("seq").GetInt64().ShouldBe(2);
        (await GetAsync($"runs/{run}/last?client=3")).GetProperty("seq").GetInt64().ShouldBe(0);
        await UntilAsync(async () => (await EntriesAsync(run)).Count == 4);
        (await EntriesAsync(run)).ShouldBe([(1, 1), (2, 1), (2, 1), (2, 2)]);
    }

    [Fact]
    public async Task Stream_OfARun_GivesItsMarksAndResumesWhereItWas()
    {
        var run = await OpenAsync();
        var other = await OpenAsync();
        using var stream = new StreamReader(await _http.GetStreamAsync($"/drills/v1/runs/{run}/stream"));
        var begin = await NextIdAsync(stream);
        foreach (var seq in new[] { 1, 2 })
        {
            (await MarkAsync(other, 1, seq, null)).Dispose();
            (await MarkAsync(run, 1, seq, null)).Dispose();
        }

        var (first, second) = (await NextIdAsync(stream), await NextIdAsync(stream));
        first.ShouldBeGreaterThan(begin);
        second.ShouldBeGreaterThan(first);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/drills/v1/runs/{run}/stream");
        request.Headers.Add("Last-Event-ID", $"{first}");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var resumed = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await NextIdAsync(resumed)).ShouldBe(first);
        (await NextIdAsync(resumed)).ShouldBe(second);
    }

    [Fact]
    public async Task Evidence_Stored_IsListedNewestFirst()
    {
        foreach (var scenario in new[] { "freeze", "region-loss" })
        {
            using var stored = await _http.PostAsync("/drills/v1/evidence", new StringContent($$"""{"scenario":"{{scenario}}","region":"east","passed":true}""", Encoding.UTF8, "application/json"));
            stored.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        (await GetAsync("evidence?limit=10")).GetProperty("evidence").EnumerateArray().Select(e => e.GetProperty("result").GetProperty("scenario").GetString()).ShouldBe(["region-loss", "freeze"]);
    }

    [Theory]
    [InlineData("POST", "runs?scenario=freeze", "", 400, "drill-invalid")]
    [InlineData("POST", "runs?scenario=Freeze&region=east", "", 400, "drill-invalid")]
    [InlineData("POST", "runs/00000000-0000-0000-0000-000000000001/marks?client=1&seq=1", "", 404, "drill-unknown")]
    [InlineData("POST", "runs/00000000-0000-0000-0000-000000000001/marks?client=0&seq=1", "", 400, "drill-invalid")]
    [InlineData("GET", "runs/00000000-0000-0000-0000-000000000001/marks?client=1&after=-1", "", 400, "drill-invalid")]
    [InlineData("GET", "runs/00000000-0000-0000-0000-000000000001/journal?after=x", "", 400, "drill-invalid")]
    [InlineData("POST", "evidence", "[]", 400, "drill-invalid")]
    [InlineData("POST", "evidence", "{\"scenario\":\"freeze\"}", 400, "drill-invalid")]
    [InlineData("POST", "evidence", "nonsense", 400, "drill-invalid")]
    [InlineData("GET", "evidence?limit=0", "", 400, "drill-invalid")]
    public async Task Request_Wrong_IsAProblem(string method, string path, string body, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/drills/v1/{path}") { Content = body.Length > 0 ? new StringContent(body) : null };
        using var answer = await _http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldContain($"urn:banyan:problem:{code}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<string> OpenAsync()
    {
        using var opened = await _http.PostAsync("/drills/v1/runs?scenario=freeze&region=east", null);
        opened.StatusCode.ShouldBe(HttpStatusCode.Created);
        return JsonDocument.Parse(await opened.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
    }

    private async Task<HttpResponseMessage> MarkAsync(string run, int client, long seq, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/drills/v1/runs/{run}/marks?client={client}&seq={seq}");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", $"\"{key}\"");
        return await _http.SendAsync(request);
    }

    private async Task<List<long>> Marks(string run, int client) =>
        [.. (await GetAsync($"runs/{run}/marks?client={client}")).GetProperty("marks").EnumerateArray().Select(m => m[0].GetInt64())];

    private async Task<List<(int Client, long Seq)>> EntriesAsync(string run) =>
        [.. (await GetAsync($"runs/{run}/journal")).GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("mark")).Select(m => (m.GetProperty("client").GetInt32(), m.GetProperty("seq").GetInt64()))];

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _http.GetStringAsync($"/drills/v1/{path}")).RootElement;

    private static async Task<long> NextIdAsync(StreamReader stream)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (await stream.ReadLineAsync(patience.Token) is { } line && line.StartsWith("id: ", StringComparison.Ordinal))
                return long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await condition())
            DateTime.UtcNow.ShouldBeLessThan(deadline);
    }
}
