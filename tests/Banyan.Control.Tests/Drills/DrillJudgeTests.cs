using Banyan.Control.Drills;
using Banyan.Control.Drills.Checking;
using Banyan.Control.Drills.Load;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Drills;

public class DrillJudgeTests
{
    private static readonly ObjectiveState[] Promised = [new("rto", "2s"), new("core.rto", "1s"), new("edge.rto", "1ms"), new("rpo", "1s"), new("availability", "99.9%")];

    [Fact]
    public void Rto_LongestTimeWithoutAnAcknowledgedChange_CountsFromTheBreakOn()
    {
        // 9 s of silence before it was broken are nothing to it; nor is the end of the load.
        var measured = Measured(broken: 10, 1, 10.1, 10.2, 11.7, 11.8);
        DrillJudge.Rto(measured).TotalSeconds.ShouldBe(1.5, 1e-9);
        DrillJudge.Rto(Measured(broken: 10, 1, 9.9)).ShouldBe(TimeSpan.MaxValue);
        DrillJudge.Rto(Measured(broken: 10, 9.9, 12, 12.1)).TotalSeconds.ShouldBe(2, 1e-9);
    }

    [Fact]
    public void Rto_BroughtHomeAfterwards_IsNotCountedWithTheFailure()
    {
        var measured = Measured(broken: 10, 9.9, 10.7, 10.8, 20, 22) with { HomeAt = TimeSpan.FromSeconds(10.75) };
        DrillJudge.Rto(measured).TotalSeconds.ShouldBe(0.7, 1e-9);
        DrillJudge.Home(measured)!.Value.TotalSeconds.ShouldBe(9.2, 1e-9);
        // A gap that began before it went home is the failure's, however long it lasts.
        DrillJudge.Rto(measured with { HomeAt = TimeSpan.FromSeconds(10.5) }).TotalSeconds.ShouldBe(0.7, 1e-9);
    }

    [Fact]
    public void Rpo_FirstLostChange_UntilItWasBroken()
    {
        DrillJudge.Rpo(Measured(10, 11)).ShouldBe(TimeSpan.Zero);
        DrillJudge.Rpo(Measured(10, 11) with { Ledger = Verdict(lost: 2, first: 9.4, last: 9.9) }).TotalSeconds.ShouldBe(0.6, 1e-9);
        DrillJudge.Rpo(Measured(10, 11) with { Ledger = Verdict(lost: 2, first: 9.4, last: 10.4) }).TotalSeconds.ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Judge_ObjectivesOfThePlatformAndTheTier_AreHeldAgainstWhatWasMeasured()
    {
        var judged = DrillJudge.Judge(Measured(broken: 10, 9.9, 11.5, 11.6), Promised);
        judged.Where(o => o.Name.EndsWith("rto", StringComparison.Ordinal)).Select(o => (o.Name, o.Measured, o.Held)).ShouldBe([("rto", "1.5s", true), ("core.rto", "1.5s", false)]);
        judged.ShouldNotContain(o => o.Name == "availability", "a drill can't tell of it");
    }

    [Theory]
    [InlineData("region-loss", true, 1, true)]
    [InlineData("region-loss", false, 1, false)]
    [InlineData("cell-crash", false, 0, true)]
    [InlineData("failback", false, 2, true)]
    public void Judge_LossIsForbidden_WhereCommitsWaitedOrNothingWasPromoted(string scenario, bool synchronous, int moves, bool forbidden)
    {
        var measured = Measured(10, 11) with { Scenario = Scenario.Find(scenario)!, Synchronous = synchronous, Epoch = (1, 1 + moves), Ledger = Verdict(lost: 3, first: 9.9, last: 9.9) };
        var judged = DrillJudge.Judge(measured, Promised);
        judged.Any(o => o is { Name: "lost_changes", Held: false }).ShouldBe(forbidden);
    }

    [Fact]
    public void Judge_RepeatableRequestsFailed_IsBrokenButForThoseOfAKilledFrontDoor()
    {
        var measured = Measured(10, 11);
        measured = measured with { Load = measured.Load with { FailedSafe = 2 } };
        DrillJudge.Judge(measured, Promised).ShouldContain(o => o.Name == "failed_repeatable_requests" && !o.Held && o.Measured == "2");
        DrillJudge.Judge(measured with { Scenario = Scenario.Find("front-door-loss")! }, Promised).ShouldNotContain(o => o.Name == "failed_repeatable_requests");
    }

    [Fact]
    public void Judge_WhereNothingMayMove_AMoveIsBroken() =>
        DrillJudge.Judge(Measured(10, 11) with { Scenario = Scenario.Find("control-loss")!, Epoch = (3, 4) }, Promised).ShouldContain(o => o.Name == "moves" && !o.Held);

    private static DrillMeasures Measured(double broken, params double[] acknowledged) => new()
    {
        Scenario = Scenario.Find("region-loss")!,
        Tier = "core",
        Broken = TimeSpan.FromSeconds(broken),
        Load = new LoadFigures
        {
            Acknowledged = [.. acknowledged.Select((at, i) => new AcknowledgedChange(1, i + 1, Guid.NewGuid(), TimeSpan.FromSeconds(at)))],
            Sent = new Dictionary<int, long>(),
            Requests = 10,
            FailedSafe = 0,
            FailedPlain = 0,
            StaleReads = 0,
            LongestWait = TimeSpan.FromSeconds(1),
            Failures = [],
        },
        Ledger = Verdict(0, 0, 0),
        MissedEvents = 0,
        Synchronous = false,
        Epoch = (1, 2),
        FrontDoors = 1,
    };

    private static LedgerVerdict Verdict(int lost, double first, double last) => new()
    {
        Acknowledged = 5,
        Lost = lost,
        FirstLostAt = lost > 0 ? TimeSpan.FromSeconds(first) : null,
        LastLostAt = lost > 0 ? TimeSpan.FromSeconds(last) : null,
        Duplicated = 0,
        Reordered = 0,
    };
}
