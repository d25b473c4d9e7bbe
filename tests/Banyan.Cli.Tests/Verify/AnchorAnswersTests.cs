using System.Net;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Cells.Log;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Merkle;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cli.Tests.Verify;

/// <summary>What a cell answers of its log's anchors, with the platform's contracts on a real node.</summary>
public sealed class AnchorAnswersTests : IAsyncDisposable
{
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly List<IAsyncDisposable> _open = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anchors_AreListedTheNewestFirst_PageByPage()
    {
        var (_, cell) = await StartAsync(60, 10, 20, 30, 40, 50);
        var first = await JsonAsync(cell, "/log/v1/north/anchors?limit=2");
        Sizes(first).ShouldBe([50, 40]);
        first.GetProperty("count").GetInt64().ShouldBe(5);
        var second = await JsonAsync(cell, $"/log/v1/north/anchors?limit=2&before={first.GetProperty("next").GetInt64()}");
        Sizes(second).ShouldBe([30, 20]);
        var last = await JsonAsync(cell, $"/log/v1/north/anchors?limit=2&before={second.GetProperty("next").GetInt64()}");
        Sizes(last).ShouldBe([10]);
        last.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Anchors_AreFoundByWhatTheyAreKnownBy()
    {
        var (log, cell) = await StartAsync(60, 10, 40);
        var newest = (await JsonAsync(cell, "/log/v1/north/anchors?limit=1")).GetProperty("anchors")[0];
        MerkleHash.TryParse(newest.GetProperty("root").GetString(), out var root).ShouldBeTrue();

        foreach (var (query, sizes) in new (string, long[])[]
        {
            ("size=10", [10]), ("size=11", []), ("entry=1", [10]), ("entry=10", [10]), ("entry=11", [40]), ("entry=41", []),
            ($"transaction={newest.GetProperty("transaction").GetString()}", [40]), ($"transaction=0x{new string('1', 64)}", []),
            ($"root={Convert.ToHexStringLower(root.ToArray())}", [40]), ($"root={Uri.EscapeDataString(root.ToString())}", [40]), ($"root={new string('1', 64)}", []),
        })
            Sizes(await JsonAsync(cell, $"/log/v1/north/anchors?{query}")).ShouldBe(sizes, query);
        newest.GetProperty("at").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);

        var evidence = JsonSerializer.Deserialize(await cell.GetStringAsync("/log/v1/north/anchors/40", Stop), AnchorJson.Default.AnchorEvidenceJson)!.Read();
        evidence.Check(log.Contract).ShouldSatisfyAllConditions(static v => v.Problems.ShouldBeEmpty(), static v => v.TransactionIsProven.ShouldBeTrue(), static v => v.IsOfThePlatform.ShouldBeTrue());
        evidence.Transaction.ToString().ShouldBe(newest.GetProperty("transaction").GetString());
        await RefusedAsync(cell, "/log/v1/north/anchors/41", HttpStatusCode.NotFound, "anchor-unknown");
    }

    [Theory]
    [InlineData("limit=51")]
    [InlineData("size=0")]
    [InlineData("transaction=0x12")]
    [InlineData("root=zz")]
    public async Task Anchors_AskedForByWhatIsNone_AreRefused(string query)
    {
        var (_, cell) = await StartAsync(1);
        await RefusedAsync(cell, $"/log/v1/north/anchors?{query}", HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task Anchors_TheChainIsAway_SayingSoIsAllThatWaits()
    {
        var (log, cell) = await StartAsync(10, 10);
        await log.Node.EndAsync();
        foreach (var path in (string[])["/log/v1/north/anchors", "/log/v1/north/anchors?entry=1", "/log/v1/north/anchors/10"])
        {
            using var answer = await RefusedAsync(cell, path, HttpStatusCode.ServiceUnavailable, "chain-away");
            answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
            (await answer.Content.ReadAsStringAsync(Stop)).ShouldNotContain(log.Node.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        (await cell.GetAsync("/log/v1/keys", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Anchors_OfAnotherPartitionOrOfNone_AreRefused()
    {
        await using var bare = await CellAsync(null);
        using var cell = Client(bare);
        await RefusedAsync(cell, "/log/v1/south/anchors", HttpStatusCode.NotFound, "log-elsewhere");
        await RefusedAsync(cell, "/log/v1/north/anchors", HttpStatusCode.NotFound, "log-not-anchored");
        await RefusedAsync(cell, "/log/v1/north/anchors/1", HttpStatusCode.NotFound, "log-not-anchored");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
            await open.DisposeAsync();
        _key.Dispose();
    }

    private async Task<(AnchoredLog Log, HttpClient Cell)> StartAsync(int size, params int[] anchors)
    {
        var log = await AnchoredLog.StartAsync(size, anchors);
        _open.Add(log);
        var client = log.Client();
        _open.Add(client);
        var app = await CellAsync(new Lazy<AnchorReader>(() => new AnchorReader(client, log.Contract)));
        _open.Add(app);
        return (log, Client(app));
    }

    private async Task<WebApplication> CellAsync(Lazy<AnchorReader>? anchors)
    {
        var app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "kai", Region = "north", Partition = "north", PublicAddress = new Uri("http://test.example") },
                ConnectionString = await PostgresServer.CreateDatabaseAsync(),
                Port = 0,
                Log = new CellLogOptions { Key = _key, Keys = "{}"u8.ToArray(), Anchors = anchors },
            },
            [],
            null);
        await app.StartAsync(Stop);
        return app;
    }

    private static HttpClient Client(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(30) };

    private static long[] Sizes(JsonElement list) => [.. list.GetProperty("anchors").EnumerateArray().Select(static a => a.GetProperty("size").GetInt64())];

    private static async Task<JsonElement> JsonAsync(HttpClient cell, string path)
    {
        using var answer = await cell.GetAsync(path, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=1");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient cell, string path, HttpStatusCode status, string code)
    {
        var answer = await cell.GetAsync(path, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.StatusCode.ShouldBe(status, text);
        text.ShouldContain($"urn:banyan:problem:{code}");
        return answer;
    }
}
