using Banyan.Control.Drills;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Drills;

public class ProgrammeTests
{
    private static readonly PlatformState Platform = TestPlatform.State();
    private readonly List<string> _done = [];

    [Fact]
    public async Task Run_OneFailsAndOneCannotBeRun_TheOthersAreRunAllTheSame()
    {
        var result = await Runner(options => options.Scenario.Name switch
        {
            "freeze" => throw new DrillException("there is nothing to break."),
            var name => Result(options, passed: name != "cell-crash"),
        }).RunAsync([new("cell-crash"), new("freeze", "west", 5), new("region-loss", "west", Rate: 77)], 200, (n, item) => _done.Add($"told {n} {item.Scenario}"), TestContext.Current.CancellationToken);

        _done.ShouldBe(["told 0 cell-crash", "whole east", "run cell-crash east 8 200", "told 1 freeze", "whole west", "run freeze west 5 200", "told 2 region-loss", "whole west", "run region-loss west 15 77"]);
        result.Passed.ShouldBeFalse();
        result.Drills.Select(static d => (d.Passed, d.Problem, d.Result is null)).ShouldBe([(false, null, false), (false, "there is nothing to break", true), (true, null, false)]);
    }

    [Fact]
    public async Task Run_AllPass_Passes() =>
        (await Runner(static o => Result(o, passed: true)).RunAsync([new("cell-crash"), new("freeze")], 200, static (_, _) => { }, TestContext.Current.CancellationToken)).Passed.ShouldBeTrue();

    [Fact]
    public async Task Run_PlatformDoesNotBecomeWhole_IsNotDrilled()
    {
        var runner = new ProgrammeRunner(Platform, static (_, _) => throw new InvalidOperationException("drilled"), static (_, _) => Task.FromResult<string?>("west is down"), TimeProvider.System);
        var drill = (await runner.RunAsync([new("freeze")], 200, static (_, _) => { }, TestContext.Current.CancellationToken)).Drills.ShouldHaveSingleItem();
        (drill.Passed, drill.Problem).ShouldBe((false, "the platform is not healthy: west is down"));
    }

    [Theory]
    [InlineData("freeze", "atlantis", "atlantis does not run here: there are east, west")]
    [InlineData("meteor", "east", "this banyan knows no scenario meteor")]
    public async Task Run_WhatIsNotThere_IsNotPassed(string scenario, string region, string problem)
    {
        var result = await Runner(static o => Result(o, passed: true)).RunAsync([new(scenario, region)], 200, static (_, _) => { }, TestContext.Current.CancellationToken);
        result.Drills.ShouldHaveSingleItem().Problem.ShouldBe(problem);
        result.Passed.ShouldBeFalse();
        _done.ShouldBeEmpty();
    }

    [Fact]
    public void Of_BlueprintNamesNone_IsEveryScenarioThatCanBeDrilledHereOfEachRegionInTurn()
    {
        var items = ProgrammeRunner.Of(Platform with { Consensus = new ConsensusState(ConsensusState.Single, []) });
        items.Select(static i => i.Scenario).ShouldBeSubsetOf(Scenario.All.Select(static s => s.Name));
        items.Select(static i => i.Scenario).ShouldNotContain("disk-full");
        items.Take(4).Select(static i => (i.Scenario, i.Region)).ShouldBe([("region-loss", "east"), ("cell-crash", "west"), ("database-crash", "east"), ("freeze", "west")]);
        items.Select(static i => i.Scenario).ShouldContain("failback");
        ProgrammeRunner.Of(Platform).Select(static i => i.Scenario).ShouldNotContain("consensus-loss");
    }

    [Fact]
    public void Of_OneDatabaseIsGiven_ItsRegionIsLeftOutWhereItCannotBeBroken()
    {
        var given = Platform with { Partitions = [Platform.Partitions[0] with { Databases = [Platform.Partitions[0].Databases[0] with { ConnectionFrom = "env:X" }] }, Platform.Partitions[1]] };
        ProgrammeRunner.Of(given).ShouldContain(static i => i.Scenario == "region-loss" && i.Region == "west");
    }

    [Fact]
    public void Of_BlueprintNamesSome_IsThose() =>
        ProgrammeRunner.Of(Platform with { DrillProgramme = [new("freeze", "west")] }).ShouldBe([new ProgrammeItem("freeze", "west")]);

    private ProgrammeRunner Runner(Func<DrillOptions, DrillResult> run) => new(
        Platform,
        (options, _) =>
        {
            _done.Add($"run {options.Scenario.Name} {options.Region} {options.Seconds} {options.Rate}");
            return Task.FromResult(run(options));
        },
        (region, _) =>
        {
            _done.Add($"whole {region}");
            return Task.FromResult<string?>(null);
        },
        TimeProvider.System);

    private static DrillResult Result(DrillOptions options, bool passed) => new()
    {
        Scenario = options.Scenario.Name,
        Region = options.Region,
        Broke = options.Region,
        Platform = "kai",
        StartedAt = DateTimeOffset.UnixEpoch,
        Replication = "asynchronous",
        Timeline = [],
        RtoMs = 1,
        RpoMs = 0,
        Changes = new(1, 0, 0, 0, 0),
        Requests = new(1, 0, 0, 0, 0, 1),
        Events = new(0, 0, 1),
        Objectives = [],
        Passed = passed,
    };
}
