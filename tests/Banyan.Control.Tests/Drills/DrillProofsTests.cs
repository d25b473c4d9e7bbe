using Banyan.Control.Drills;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Drills;

public class DrillProofsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly PlatformState _platform = TestPlatform.State() with { Objectives = [new("rto", "15m"), new("availability", "99.9%")], DrillsEverySeconds = 86400 };

    [Fact]
    public void Of_NoDrills_EverythingIsUnproven() =>
        DrillProofs.Of(_platform, [], Now).ShouldAllBe(o => o.ProvenAt == null && !o.Proven && o.Measured == null);

    [Fact]
    public void Of_LastPassingDrill_ProvesUntilItIsTooOld()
    {
        DrillProofs.Of(_platform, [Drill(hoursAgo: 23)], Now)[0].ShouldSatisfyAllConditions(o => o.Proven.ShouldBeTrue(), o => o.Measured.ShouldBe("1s"), o => o.ProvenAt.ShouldBe(Now.AddHours(-23)));
        DrillProofs.Of(_platform, [Drill(hoursAgo: 25)], Now)[0].ShouldSatisfyAllConditions(o => o.Proven.ShouldBeFalse(), o => o.ProvenAt.ShouldBe(Now.AddHours(-25)));
    }

    [Fact]
    public void Of_LastDrillFailed_ShowsWhatItMeasuredAndTheProofBefore()
    {
        var objective = DrillProofs.Of(_platform, [Drill(hoursAgo: 5), Drill(hoursAgo: 1, passed: false, measured: "20m")], Now)[0];
        (objective.Measured, objective.ProvenAt, objective.Proven).ShouldBe(("20m", Now.AddHours(-5), true));
    }

    [Fact]
    public void Of_ChangedTargetOrScenarioWithoutRecovery_ProvesNothing()
    {
        DrillProofs.Of(_platform, [Drill(hoursAgo: 1, target: "1h")], Now)[0].ProvenAt.ShouldBeNull();
        DrillProofs.Of(_platform, [Drill(hoursAgo: 1, scenario: "control-loss")], Now)[0].ProvenAt.ShouldBeNull();
    }

    private static DrillEvidence Drill(int hoursAgo, bool passed = true, string measured = "1s", string target = "15m", string scenario = "region-loss") => new(Guid.NewGuid(), Now.AddHours(-hoursAgo), new DrillResult
    {
        Scenario = scenario,
        Region = "east",
        Broke = "east",
        Platform = "kai",
        StartedAt = Now.AddHours(-hoursAgo),
        Replication = "asynchronous",
        Timeline = [],
        RtoMs = 1000,
        RpoMs = 0,
        Changes = new(1, 0, 0, 0, 0),
        Requests = new(1, 0, 0, 0, 0, 1),
        Events = new(0, 0, 1),
        Objectives = [new("rto", target, measured, passed)],
        Passed = passed,
    });
}
