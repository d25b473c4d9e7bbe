using System.Text.Json;
using Npgsql;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary><c>banyan stranded</c> against a running platform, with changes as the return of an old primary leaves them.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class StrandedCommandTests(LivePlatform live)
{
    private const string Region = "west-africa";

    [Fact]
    public async Task Stranded_ListedReplayedAndDiscarded_UntilNoneWaits()
    {
        await live.WaitUntilServingAsync();
        var none = await RunAsync();
        (none.ExitCode, none.Out).ShouldBe((0, "no stranded change waits for a decision\n"));
        var ids = await StrandAsync(4);

        var status = await live.WaitUntilServingAsync(static s => Of(s).GetProperty("cell").GetProperty("journal").GetProperty("stranded").GetInt64() == 4);
        Of(status).GetProperty("detail").GetString()!.ShouldEndWith("4 stranded changes wait for a decision (banyan stranded)");
        var text = await RunAsync("--region", Region, "--limit", "3");
        text.ExitCode.ShouldBe(1, text.ToString());
        text.Out.ShouldContain(ids[0].ToString());
        text.Out.ShouldContain("test.things");
        text.Out.ShouldContain("4 stranded changes wait for a decision");
        var through = (await JsonAsync("--region", Region, "--limit", "3")).GetProperty("regions")[0].GetProperty("through").GetInt64();
        text.Out.ShouldContain($"more of {Region}: banyan stranded --region {Region} --after {through}");
        Ids(await JsonAsync("--region", Region, "--after", $"{through}")).ShouldBe([ids[3]]);
        (await JsonAsync()).GetProperty("regions").GetArrayLength().ShouldBe(5);

        var replayed = await RunAsync("replay", $"{ids[0]}");
        (replayed.ExitCode, replayed.Out).ShouldBe((0, $"{Region}: 1 replayed\n"));
        (await RunAsync("replay", $"{ids[0]}", "--region", Region)).Out.ShouldBe($"{Region}: 0 replayed, 1 had been replayed before\n");
        var late = await RunAsync("discard", $"{ids[0]}", "--yes");
        (late.ExitCode, late.ErrorLines[^1]).ShouldBe((1, $"banyan: {Region}: {ids[0]} is not discarded: it was replayed before"));
        var discarded = await RunAsync("discard", $"{ids[1]}", "--yes", "--format", "json");
        JsonDocument.Parse(discarded.Out).RootElement.GetProperty("decided")[0].GetProperty("now").GetBoolean().ShouldBeTrue(discarded.ToString());
        (await RunAsync("replay", "--all")).Out.ShouldBe($"{Region}: 2 replayed\n");
        Ids(await JsonAsync("--region", Region, "--state", "discarded")).ShouldContain(ids[1]);
        (await RunAsync()).ExitCode.ShouldBe(0);
        (await RunAsync("discard", "--all", "--yes")).Out.ShouldBe("no stranded change waits for a decision\n");
    }

    [Theory]
    [InlineData("replay takes the ID of one change, or --all; see `banyan stranded replay --help`", "replay")]
    [InlineData("discard gives changes up for good: say --yes; see `banyan stranded discard --help`", "discard", "--all")]
    [InlineData("--after needs --region: each region counts for itself; see `banyan stranded --help`", "--after", "3")]
    [InlineData("--limit takes a number from 1 to 10000, not 0; see `banyan stranded --help`", "--limit", "0")]
    [InlineData("platform kai has no region 'mars': it has east-africa, west-africa, north-africa, south-africa, central-africa", "--region", "mars")]
    public async Task Stranded_BadInput_IsOneLine(string complaint, params string[] arguments)
    {
        var refused = await RunAsync(arguments);
        refused.ExitCode.ShouldBe(2, refused.ToString());
        refused.ErrorLines.ShouldBe([$"banyan: {complaint}"]);
    }

    [Fact]
    public async Task Stranded_UnknownId_IsOneLine()
    {
        await live.WaitUntilServingAsync();
        var id = Guid.NewGuid();
        var refused = await RunAsync("replay", $"{id}", "--region", Region);
        (refused.ExitCode, refused.ErrorLines[^1]).ShouldBe((2, $"banyan: no stranded change {id} is kept in {Region}: `banyan stranded --state all` lists them"));
    }

    private static JsonElement Of(JsonElement status) => status.GetProperty("regions").EnumerateArray().Single(static r => r.GetProperty("name").GetString() == Region);

    private static List<Guid> Ids(JsonElement listing) => [.. listing.GetProperty("regions")[0].GetProperty("changes").EnumerateArray().Select(static c => c.GetProperty("id").GetGuid())];

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var output = await RunAsync([.. arguments, "--format", "json"]);
        return JsonDocument.Parse(output.Out).RootElement;
    }

    private Task<CommandOutput> RunAsync(params string[] arguments) =>
        BanyanCommand.RunAsync(["stranded", .. arguments, "--data", live.Data]);

    /// <summary>As a keeper leaves them in the present primary.</summary>
    private async Task<List<Guid>> StrandAsync(int count)
    {
        var status = await live.WaitUntilServingAsync();
        var primary = Of(status).GetProperty("primary").GetString();
        var port = status.GetProperty("regions").EnumerateArray().Single(r => r.GetProperty("name").GetString() == primary).GetProperty("databases").EnumerateArray()
            .Single(static d => d.GetProperty("partition").GetString() == Region).GetProperty("port").GetInt32();
        var ids = Enumerable.Range(0, count).Select(static _ => Guid.CreateVersion7()).ToList();
        await using var source = NpgsqlDataSource.Create(live.LoginOfCell(primary!, port));
        await using var insert = source.CreateCommand("""
            INSERT INTO journal.stranded (id, origin, epoch, position, recorded_at, topic, type, content_type, data)
            SELECT id, 'west-africa', 1, 7, now(), 'test.things', 'banyan.test.v1', 'application/json', '{"a":1}' FROM unnest($1) WITH ORDINALITY u (id, n) ORDER BY n
            """);
        insert.Parameters.Add(new() { Value = ids.ToArray() });
        await insert.ExecuteNonQueryAsync();
        return ids;
    }
}
