using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Banyan.EndToEnd.Tests.Drills;

/// <summary>A small platform whose regions have networks of their own, and what happens when links between them are cut. Beside the live one.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class NetworksTests : IAsyncDisposable
{
    private const string Blueprint = """
        objectives: { rto: 1m, rpo: 0s }
        regions:
          one: { at: Accra, jurisdiction: GH, standby: two }
          two: { at: Lagos, jurisdiction: NG, standby: three }
          three: { at: Dakar, jurisdiction: SN, standby: one }

        """;

    private readonly SmallPlatform _platform = new("islands", TimeSpan.FromSeconds(20));
    private readonly long _firstSecond = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds();
    private int _number;

    private string Data => _platform.Data;

    [Fact]
    public async Task Networks_CutWhollyAndInPart_NobodyIsDeclaredDeadByOneWitnessAndNothingIsLost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may make network namespaces");
        var up = await UpAsync();
        Assert.SkipWhen(up.ExitCode == 2 && up.Error.Contains("can't have networks of their own here", StringComparison.Ordinal), $"this machine does not allow network namespaces: {up.Error}");
        up.ExitCode.ShouldBe(0, up.ToString());
        await WaitUntilServingAsync();
        var router = Namespaces().Single(static n => !n.Contains("-one", StringComparison.Ordinal) && !n.Contains("-t", StringComparison.Ordinal));

        // One witness: what one and three send each other is dropped. Two hears both, so neither is dead, and both go on.
        var (one, three) = (AddressOf("one"), AddressOf("three"));
        Cut(router, $"from {one} to {three}", $"from {three} to {one}");
        (await ConnectsAsync("one", three, PortOf("three"))).ShouldBeFalse();
        var until = Stopwatch.StartNew();
        while (until.Elapsed < TimeSpan.FromSeconds(6))
        {
            await WriteAsync("one");
            await WriteAsync("three");
        }

        Epochs(await _platform.StatusAsync()).ShouldBe([1, 1, 1]);
        Heal(router);
        await WaitUntilServingAsync();

        // Cut off from everything: the promises of the drill are all kept, and the region is back home.
        var drill = await BanyanCommand.RunAsync("drill", "partition", "--region", "one", "--seconds", "7", "--rate", "40", "--data", Data, "--format", "json");
        drill.ExitCode.ShouldBe(0, drill.ToString());
        var result = JsonDocument.Parse(drill.Out).RootElement;
        var steps = result.GetProperty("timeline").EnumerateArray().Select(static s => s.GetProperty("step").GetString()).ToList();
        foreach (var step in new[] { "suspected", "decided", "promoted", "serving", "put back", "whole again", "home again" })
            steps.ShouldContain(step);
        foreach (var none in new[] { "lost", "duplicated", "reordered", "stale_reads" })
            result.GetProperty("changes").GetProperty(none).GetInt32().ShouldBe(0, none);
        result.GetProperty("requests").GetProperty("failed_repeatable").GetInt64().ShouldBe(0);
        File.Exists(Path.Combine(Data, "drill.json")).ShouldBeFalse();
        await WaitUntilServingAsync();

        // A drill that is killed: what it cut is cut still, and --heal puts it back.
        await KilledDrillIsHealedAsync(router);

        // kill -9 of everything, and `down` leaves neither a namespace nor a link.
        PlatformProcesses.KillAll(Data);
        Namespaces().Count.ShouldBe(4);
        (await BanyanCommand.RunAsync("down", "--data", Data)).ExitCode.ShouldBe(0);
        Namespaces().ShouldBeEmpty();
        Directory.EnumerateDirectories("/sys/class/net").Select(Path.GetFileName).ShouldNotContain($"bn{router["banyan-".Length..]}");
    }

    [Fact]
    public async Task Up_NetworksWithoutRoot_IsOneLineAndExit2()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may make network namespaces");
        var up = await UpAsync();
        (up.ExitCode, up.ErrorLines[^1]).ShouldBe((2, "banyan: --networks makes network namespaces, which only root may: run as root, or leave it out"));
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    private async Task KilledDrillIsHealedAsync(string router)
    {
        using var drill = BanyanCommand.Start([], "drill", "partition", "--region", "two", "--seconds", "60", "--rate", "10", "--data", Data);
        drill.ErrorDataReceived += static (_, _) => { };
        drill.OutputDataReceived += static (_, _) => { };
        drill.BeginErrorReadLine();
        drill.BeginOutputReadLine();
        await Poll.UntilAsync(() => Rules(router).Contains("blackhole", StringComparison.Ordinal), () => $"nothing was cut\n{Rules(router)}");
        drill.Kill(entireProcessTree: true);
        await drill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var healed = await BanyanCommand.RunAsync("drill", "--heal", "--data", Data);
        healed.ExitCode.ShouldBe(0, healed.ToString());
        healed.Out.ShouldContain("links cut");
        Rules(router).ShouldNotContain("blackhole");
        await WaitUntilServingAsync();
    }

    private Task<CommandOutput> UpAsync() => _platform.TryUpAsync(Blueprint, [], "--networks");

    private async Task WaitUntilServingAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var status = await _platform.StatusAsync();
            var databases = status.GetProperty("regions").EnumerateArray().SelectMany(static r => r.GetProperty("databases").EnumerateArray()).ToList();
            if (status.GetProperty("regions").EnumerateArray().All(static r => r.GetProperty("state").GetString() == "serving") && databases.Count == 6 && databases.TrueForAll(static d => d.GetProperty("state").GetString() == "running"))
                return;
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"not serving: {status}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>A change with a key, so that it waits where its partition moves.</summary>
    private async Task WriteAsync(string region)
    {
        var number = ++_number;
        using var request = new HttpRequestMessage(HttpMethod.Post, SmallPlatform.At(region, "api/v2/write?bucket=e2e&precision=s")) { Content = new StringContent($"rain,station={region} mm={number} {_firstSecond + number}\n", new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain")) };
        request.Headers.Add("Idempotency-Key", $"\"{region}-{number}\"");
        using var answer = await _platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{region}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
    }

    private JsonNode Platform() => JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "platform.json")))!;

    private JsonNode Region(string name) => Platform()["regions"]!.AsArray().Single(r => r!["name"]!.GetValue<string>() == name)!;

    private string AddressOf(string region) => Region(region)["address"]!.GetValue<string>();

    private int PortOf(string region) => Region(region)["cell_port"]!.GetValue<int>();

    /// <summary>By ip-netns(8) itself: what is there of this platform.</summary>
    private List<string> Namespaces()
    {
        var name = $"banyan-{Platform()["instance_id"]!.GetValue<string>()[..10]}";
        return [.. Run("ip", "netns", "list").Split('\n').Select(static l => l.Split(' ')[0]).Where(n => n.StartsWith(name, StringComparison.Ordinal))];
    }

    private static int[] Epochs(JsonElement status) => [.. status.GetProperty("regions").EnumerateArray().Select(static r => r.GetProperty("epoch").GetInt32())];

    private static void Cut(string router, params string[] selectors)
    {
        foreach (var selector in selectors)
            Run("ip", ["-n", router, "rule", "add", .. selector.Split(' '), "priority", "99", "blackhole"]);
    }

    private static void Heal(string router)
    {
        while (Rules(router).Contains("blackhole", StringComparison.Ordinal))
            Run("ip", "-n", router, "rule", "delete", "priority", "99");
    }

    private static string Rules(string router) => Run("ip", "-n", router, "rule");

    /// <summary>From inside a region.</summary>
    private async Task<bool> ConnectsAsync(string region, string address, int port)
    {
        var space = Namespaces().Single(n => n.EndsWith($"-{region}", StringComparison.Ordinal));
        using var process = Process.Start("ip", ["netns", "exec", space, "timeout", "2", "bash", "-c", $"exec 3<>/dev/tcp/{address}/{port}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}");
        return said;
    }
}
