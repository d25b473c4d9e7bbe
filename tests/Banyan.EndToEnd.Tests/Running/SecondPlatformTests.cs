using System.Globalization;
using System.Text.Json.Nodes;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A small platform beside the live one: each has its folder, and neither touches the other.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class SecondPlatformTests(LivePlatform live) : IAsyncDisposable
{
    private readonly SmallPlatform _hut = new("hut");

    private string Data => _hut.Data;

    [Fact]
    public async Task Up_SecondPlatformOfOneRegion_LivesBesideTheFirst()
    {
        var first = await live.WaitUntilServingAsync();
        const string oneRegion = "regions:\n  one: { at: Accra, jurisdiction: GH }";
        var blueprint = _hut.Write(oneRegion);

        // Asked for where the first one's entry is: refused, and nothing of it is left.
        var taken = await BanyanCommand.RunAsync("up", blueprint, "--data", Data, "--port", live.Port.ToString(CultureInfo.InvariantCulture));
        taken.ExitCode.ShouldBe(2, taken.ToString());
        taken.ErrorLines[^1].ShouldBe($"banyan: port {live.Port} is taken by another program: stop it, or choose another port with --port");

        var up = await _hut.UpAsync(oneRegion);
        up.Error.ShouldContain("one: no standby; it is the only region");
        (await _hut.RunAsync("status")).ExitCode.ShouldBe(0);

        // While it runs, no other platform can have its folder; once it is down, still only its own.
        (await BanyanCommand.RunAsync("up", "kai", "--data", Data)).ErrorLines[^1].ShouldContain("is in use by a live platform (pid ");
        var down = await _hut.RunAsync("down", "--format", "json");
        JsonNode.Parse(down.Out)!["stopped"]!.GetValue<bool>().ShouldBeTrue();
        PlatformProcesses.Find(Data).ShouldBeEmpty();
        (await _hut.RunAsync("status")).ExitCode.ShouldBe(1);
        var other = await BanyanCommand.RunAsync("up", "kai", "--data", Data);
        (other.ExitCode, other.ErrorLines[^1]).ShouldBe((2, $"banyan: {Data} holds the platform hut, not kai: name another folder with --data"));
        await MadeByAsync(9);
        var older = await BanyanCommand.RunAsync("up", blueprint, "--data", Data);
        older.ExitCode.ShouldBe(2);
        older.ErrorLines[^1].ShouldStartWith("banyan: PostgreSQL 9 is missing: the data folder was made by it");

        var after = await live.WaitUntilServingAsync();
        Pids(after).ShouldBe(Pids(first), "the first platform's databases were touched");
    }

    public ValueTask DisposeAsync() => _hut.DisposeAsync();

    /// <summary>As if another PostgreSQL had made the folder.</summary>
    private async Task MadeByAsync(int major)
    {
        var file = Path.Combine(Data, "platform.json");
        var state = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        state["postgres_major"] = major;
        await File.WriteAllTextAsync(file, state.ToJsonString(), TestContext.Current.CancellationToken);
    }

    private static List<int> Pids(System.Text.Json.JsonElement status) =>
        [.. status.GetProperty("regions").EnumerateArray().SelectMany(static r => r.GetProperty("databases").EnumerateArray()).Select(static d => d.GetProperty("pid").GetInt32())];
}
