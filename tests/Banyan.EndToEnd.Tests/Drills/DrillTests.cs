using System.Text.Json;

namespace Banyan.EndToEnd.Tests.Drills;

/// <summary>Drills of a real platform, by the command.</summary>
[Collection(LivePlatformCollection.Name)]
public class DrillTests(LivePlatform platform)
{
    private const string Region = "east-africa";

    [Fact]
    public async Task Drill_RegionLoss_LosesNothingThatItMayNotIsStoredAndPutsEverythingBack()
    {
        await platform.WaitUntilServingAsync();
        var drill = await BanyanCommand.RunAsync("drill", "region-loss", "--region", Region, "--seconds", "6", "--rate", "60", "--data", platform.Data, "--format", "json");
        drill.ExitCode.ShouldBe(0, $"{drill}\n{platform.Logs()}");
        var result = JsonDocument.Parse(drill.Out).RootElement;
        result.GetProperty("scenario").GetString().ShouldBe("region-loss");
        result.GetProperty("passed").GetBoolean().ShouldBeTrue(drill.Out);
        result.GetProperty("timeline").EnumerateArray().Select(s => s.GetProperty("step").GetString()).ShouldBeSubsetOf(["broken", "suspected", "decided", "promoted", "lease gone", "lease taken", "serving", "put back", "whole again", "going home", "switch asked for", "switch given up", "home again", "standby given up", "standby in sync"]);
        foreach (var measured in new[] { "detect_ms", "decide_ms", "promote_ms", "rto_ms" })
            result.GetProperty(measured).GetInt64().ShouldBeGreaterThanOrEqualTo(0, measured);
        var changes = result.GetProperty("changes");
        changes.GetProperty("acknowledged").GetInt32().ShouldBeGreaterThan(20);
        foreach (var none in new[] { "duplicated", "reordered" })
            changes.GetProperty(none).GetInt32().ShouldBe(0);
        result.GetProperty("requests").GetProperty("failed_repeatable").GetInt64().ShouldBe(0);

        var drills = await BanyanCommand.RunAsync("drills", "--data", platform.Data, "--format", "json");
        JsonDocument.Parse(drills.Out).RootElement.GetProperty("evidence")[0].GetProperty("result").GetProperty("started_at").GetString().ShouldBe(result.GetProperty("started_at").GetString());
        var status = await platform.WaitUntilServingAsync();
        status.GetProperty("objectives").EnumerateArray().Single(o => o.GetProperty("name").GetString() == "rto").GetProperty("proven").GetBoolean().ShouldBeTrue();
        Directory.Exists(Path.Combine(platform.Data, "held")).ShouldBeFalse();
        File.Exists(Path.Combine(platform.Data, "drill.json")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("no scenario is called 'meteor': there are region-loss, cell-crash, ", "meteor")]
    [InlineData("no region is called 'atlantis': there are east-africa, ", "freeze", "--region", "atlantis")]
    [InlineData("partition can't be drilled here: ", "partition", "--region", Region)]
    [InlineData("disk-full needs ", "disk-full", "--region", Region, "--force")]
    [InlineData("--rate takes a number from 10 to 20000, not 3; see `banyan drill --help`", "freeze", "--rate", "3")]
    public async Task Drill_WhatCannotBeDone_IsOneLineAndExit2(string complaint, params string[] arguments)
    {
        await platform.WaitUntilServingAsync();
        var drill = await BanyanCommand.RunAsync(["drill", .. arguments, "--data", platform.Data]);
        drill.ExitCode.ShouldBe(2, drill.ToString());
        drill.ErrorLines[^1].ShouldStartWith($"banyan: {complaint}");
        drill.Out.ShouldBeEmpty();
        File.Exists(Path.Combine(platform.Data, "drill.json")).ShouldBeFalse();
    }
}
