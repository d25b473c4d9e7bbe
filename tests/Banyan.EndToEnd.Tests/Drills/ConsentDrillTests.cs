using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Banyan.EndToEnd.Tests.Drills;

/// <summary>
/// A core region whose failover needs a board's consent on the chain is lost, in a drill: the partition waits, organisations consent by the command,
/// one by one, and the time that it cost is in the result, in the evidence and in the journal.
/// </summary>
[CollectionDefinition(nameof(ConsentDrillTests), DisableParallelization = true)] // a platform of its own, and it kills: nothing runs beside it
[Collection(nameof(ConsentDrillTests))]
public sealed partial class ConsentDrillTests : IAsyncDisposable
{
    private const string Blueprint = """
        objectives: { rto: 5m, rpo: 15m }
        tiers:
          core: { failover: { mode: manual, approvals: governance-board, on_chain: true } }
        regions:
          one: { tier: core, at: Accra, jurisdiction: GH, standby: two }
          two: { tier: core, at: Tema, jurisdiction: GH, standby: three }
          three: { tier: core, at: Kumasi, jurisdiction: GH, standby: one }
        chain: { access: permissioned, anchoring: { every: 1s } }
        """;

    private readonly SmallPlatform _platform = new("consenting");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drill_OfACoreRegion_WaitsForTheConsentOfOrganisations_AndSaysWhatItCost()
    {
        await _platform.UpAsync(Blueprint);
        await DeployedAsync();

        using var drill = BanyanCommand.Start([], "drill", "region-loss", "--region", "one", "--seconds", "45", "--rate", "40", "--format", "json", "--data", _platform.Data);
        drill.StandardInput.Close();
        var answer = drill.StandardOutput.ReadToEndAsync(Stop);
        // What it says is to be done can be done as it says.
        var command = await CommandAsync(drill);
        command.ShouldBe("banyan approve one --as governance-board --organisation one --organisation two");
        (await PrimaryAsync()).ShouldBe("one", "nobody has consented");
        var first = await _platform.RunAsync([.. command.Split(' ')[1..^4], "--organisation", "three"]);
        first.ExitCode.ShouldBe(0, first.ToString());
        first.Out.ShouldContain("1 of 2 (request 1)");
        (await PrimaryAsync()).ShouldBe("one", "one organisation is not enough");
        (await PageAsync()).ShouldContain("consent awaited"); // as it happens
        var second = await _platform.RunAsync([.. command.Split(' ')[1..^2]]);
        second.Out.ShouldContain("2 of 2 (request 1)", Case.Sensitive, second.ToString());

        var errors = await drill.StandardError.ReadToEndAsync(Stop);
        await drill.WaitForExitAsync(Stop);
        using var json = JsonDocument.Parse(await answer);
        var result = json.RootElement;
        drill.ExitCode.ShouldBe(0, $"{errors}\n{result}");
        ResultSaysWhatItCost(result);
        await KeptEverywhereAsync(result);
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    private static void ResultSaysWhatItCost(JsonElement result)
    {
        var consent = result.GetProperty("consent");
        consent.GetProperty("request").GetInt64().ShouldBe(1);
        (consent.GetProperty("approvals").GetInt32(), consent.GetProperty("needed").GetInt32()).ShouldBe((2, 2));
        consent.GetProperty("organisations").EnumerateArray().Select(static o => o.GetString()).ShouldBe(["three", "one"]);
        var parts = new[] { "request_ms", "give_ms", "carry_out_ms" }.Select(p => consent.GetProperty(p).GetInt64()).ToArray();
        parts.ShouldAllBe(static p => p > 0);
        var approve = result.GetProperty("approve_ms").GetInt64();
        approve.ShouldBeInRange(parts.Sum() - 3, parts.Sum() + 3, "its parts make the whole");
        result.GetProperty("decide_ms").GetInt64().ShouldBeGreaterThanOrEqualTo(approve, "nobody decided before the consent");
        result.GetProperty("rto_ms").GetInt64().ShouldBeGreaterThan(approve, "clients waited for it");

        var steps = result.GetProperty("timeline").EnumerateArray().Select(static s => s.GetProperty("step").GetString()!).ToList();
        string[] order = ["broken", "suspected", "consent awaited", "consent requested", "consent given", "consent complete", "approved", "decided", "promoted", "serving", "put back", "home again"];
        order.Select(s => steps.IndexOf(s)).ShouldBe(order.Select(s => steps.IndexOf(s)).Where(static i => i >= 0).Order(), string.Join(", ", steps));
        steps.Count(static s => s == "consent given").ShouldBe(2);
        result.GetProperty("timeline").EnumerateArray().First(static s => s.GetProperty("step").GetString() == "approved").GetProperty("detail").GetString()!.ShouldStartWith("governance-board (chain: request 1, 2 of 3 organisations");
    }

    private async Task KeptEverywhereAsync(JsonElement result)
    {
        // As evidence, for people and programs.
        var show = await _platform.RunAsync("drills", "show", "--format", "json");
        using var shown = JsonDocument.Parse(show.Out);
        JsonElement.DeepEquals(shown.RootElement, result).ShouldBeTrue(show.Out);
        var evidence = result.GetProperty("evidence").GetString()!;
        (await _platform.RunAsync("drills", "show", evidence)).Out.ShouldContain("consent on the chain: request 1, 2 of 2 organisations (three, one)");
        (await _platform.RunAsync("drills")).Out.ShouldContain("APPROVE");

        // For an assessor: proven, and checked with nothing else.
        var (oscal, keys) = (Path.Combine(_platform.Folder, "drill.oscal.json"), Path.Combine(_platform.Data, "log-keys"));
        CommandOutput? proof = null;
        await Poll.UntilAsync(async () => (proof = await _platform.RunAsync("proof", evidence, "--oscal", oscal)).ExitCode == 0, () => $"no proof: {proof}");
        var text = await File.ReadAllTextAsync(oscal, Stop);
        text.ShouldContain("\"consent-request\"");
        text.ShouldContain("\"consent-organisation\"");
        (await BanyanCommand.RunAsync("verify", oscal, "--keys", keys)).ShouldSatisfyAllConditions(v => v.ExitCode.ShouldBe(0, v.ToString()));

        // In the journal, with the epoch that it ended; in the console.
        var records = await _platform.Http.GetStringAsync(SmallPlatform.At("one", "journal/v1/records"), Stop);
        records.ShouldContain("chain: request 1, 2 of 3 organisations");
        var page = "";
        await Poll.UntilAsync(async () => (page = await PageAsync()).Contains("Consent of 2 organisations", StringComparison.Ordinal) && page.Contains("data-name=\"Consent\"", StringComparison.Ordinal), () => page);
    }

    private Task<string> PageAsync() => _platform.Http.GetStringAsync(new Uri("/console", UriKind.Relative), Stop);

    /// <summary>The command that the drill says is needed.</summary>
    private static async Task<string> CommandAsync(Process drill)
    {
        var said = new List<string>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (await drill.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            said.Add(line);
            if (Awaited().Match(line) is { Success: true } found)
                return found.Groups[1].Value;
        }

        throw new InvalidOperationException($"it did not wait for consent: {string.Join('\n', said)}");
    }

    private async Task<string> PrimaryAsync() => (await _platform.StatusAsync()).GetProperty("regions")[0].GetProperty("primary").GetString()!;

    private async Task DeployedAsync()
    {
        JsonElement status = default;
        await Poll.UntilAsync(
            async () => (status = await _platform.StatusAsync()).GetProperty("chain") is { ValueKind: JsonValueKind.Object } chain
                && chain.GetProperty("logs").EnumerateArray().All(static l => l.GetProperty("state").GetString() is "anchored" or "empty"),
            () => $"not anchored: {status}");
    }

    [GeneratedRegex("consent awaited: of governance-board: (.*)$")]
    private static partial Regex Awaited();
}
