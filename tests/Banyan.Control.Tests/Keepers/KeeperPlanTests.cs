using Banyan.Control.Keepers;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Tests.Keepers;

public class KeeperPlanTests
{
    private static readonly KeptDatabase Primary = new() { Partition = "p", Region = "r", IsPrimary = true, Port = 5001, Slots = ["p_at_s"] };
    private static readonly KeptDatabase Standby = new() { Partition = "p", Region = "s", IsPrimary = false, Port = 5002, Source = new StandbySource("127.0.0.1", 5001, "p_at_s") };
    private static readonly DatabaseFacts Empty = new() { Folder = new DataFolderFacts(DataFolderKind.Missing) };
    private static readonly DatabaseFacts Stopped = new() { Folder = new DataFolderFacts(DataFolderKind.Ready) };
    private static readonly DatabaseFacts StoppedStandby = new() { Folder = new DataFolderFacts(DataFolderKind.Ready, IsStandby: true) };
    private static readonly DatabaseFacts Running = Stopped with { Server = new LiveServer(7, 5001, IsReady: true), IsHeld = true, GoodSlots = ["p_at_s"] };
    private static readonly DatabaseFacts RunningStandby = StoppedStandby with { Server = new LiveServer(8, 5002, IsReady: true), IsHeld = true, Link = StandbyLink.Streams };

    [Fact]
    public void Decide_NothingThere_MakesAndStartsAndWatches()
    {
        KeeperPlan.Decide(Primary, Empty).ShouldBeOfType<KeeperStep.MakeFromTemplate>();
        KeeperPlan.Decide(Primary, Stopped).ShouldBeOfType<KeeperStep.Start>();
        KeeperPlan.Decide(Primary, Running with { Server = new LiveServer(7, 0, IsReady: false), GoodSlots = null }).ShouldBeOfType<KeeperStep.Watch>();
        KeeperPlan.Decide(Primary, Running with { GoodSlots = [] }).ShouldBeOfType<KeeperStep.MakeSlots>().Names.ShouldBe(["p_at_s"]);
        KeeperPlan.Decide(Primary, Running).ShouldBeOfType<KeeperStep.Watch>();
    }

    [Fact]
    public void Decide_Standby_IsMadeFromTheTemplateUnlessItsPrimaryHasAnother()
    {
        KeeperPlan.Decide(Standby, Empty).ShouldBeOfType<KeeperStep.MakeFromTemplate>();
        KeeperPlan.Decide(Standby, Empty with { Link = StandbyLink.OtherTemplate }).ShouldBeOfType<KeeperStep.MakeFromPrimary>();
        KeeperPlan.Decide(Standby, StoppedStandby).ShouldBeOfType<KeeperStep.Start>();
    }

    [Theory]
    [InlineData(nameof(StandbyLink.Unknown))]
    [InlineData(nameof(StandbyLink.Streams))]
    [InlineData(nameof(StandbyLink.Waits))]
    [InlineData(nameof(StandbyLink.Diverged))]
    public void Decide_StandbyThatIsNotOutrun_IsNeverReplaced(string link) =>
        KeeperPlan.Decide(Standby, RunningStandby with { Link = Enum.Parse<StandbyLink>(link) }).ShouldBeOfType<KeeperStep.Watch>();

    [Fact]
    public void Decide_OutrunStandby_IsMadeAnewButNotInARush()
    {
        var outrun = RunningStandby with { Link = StandbyLink.Outrun };
        KeeperPlan.Decide(Standby, outrun).ShouldBeOfType<KeeperStep.MakeFromPrimary>();
        KeeperPlan.Decide(Standby, outrun with { Failures = 9, SinceFailure = TimeSpan.FromSeconds(1) }).ShouldBeOfType<KeeperStep.Watch>();
        KeeperPlan.Decide(Standby, outrun with { Failures = 9, SinceFailure = TimeSpan.FromSeconds(5) }).ShouldBeOfType<KeeperStep.MakeFromPrimary>();
    }

    [Fact]
    public void Decide_ServerThatRunsAlready_IsAdopted() =>
        KeeperPlan.Decide(Primary, Running with { IsHeld = false }).ShouldBeOfType<KeeperStep.Adopt>();

    [Fact]
    public void Decide_ServerOnAnotherPort_IsStopped() =>
        KeeperPlan.Decide(Primary, Running with { Server = new LiveServer(7, 4999, IsReady: true) }).ShouldBeOfType<KeeperStep.Stop>().Why.ShouldContain("4999");

    [Fact]
    public void Decide_FirstFailure_IsMendedAtOnceAndLaterOnesWait()
    {
        var dead = Stopped with { SinceFailure = TimeSpan.FromMilliseconds(50) };
        KeeperPlan.Decide(Primary, dead with { Failures = 1 }).ShouldBeOfType<KeeperStep.Start>();
        KeeperPlan.Decide(Primary, dead with { Failures = 2 }).ShouldBe(new KeeperStep.Pause(TimeSpan.FromMilliseconds(150)));
        KeeperPlan.Decide(Primary, dead with { Failures = 2, SinceFailure = TimeSpan.FromMilliseconds(200) }).ShouldBeOfType<KeeperStep.Start>();
    }

    [Fact]
    public void PauseAfter_ManyFailures_GrowsToFiveSeconds()
    {
        Enumerable.Range(0, 8).Select(n => KeeperPlan.PauseAfter(n).TotalSeconds).ShouldBe([0, 0, 0.2, 0.4, 0.8, 1.6, 3.2, 5]);
        KeeperPlan.PauseAfter(int.MaxValue).ShouldBe(KeeperPlan.LongestPause);
    }

    [Fact]
    public void Decide_FolderThatCannotBeUsed_IsRefusedWithItsReason()
    {
        var error = new PostgresError(PostgresFailure.OtherVersion, "made by 13");
        KeeperPlan.Decide(Primary, Empty with { Folder = new DataFolderFacts(DataFolderKind.Refused, Error: error) }).ShouldBe(new KeeperStep.Refuse(error));
    }

    [Fact]
    public void Decide_FolderOfAnotherRole_IsNeverChanged()
    {
        foreach (var facts in new[] { StoppedStandby, RunningStandby, RunningStandby with { IsHeld = false } })
            KeeperPlan.Decide(Primary, facts).ShouldBeOfType<KeeperStep.Refuse>().Error.Failure.ShouldBe(PostgresFailure.OtherRole);
        foreach (var facts in new[] { Stopped, Running })
            KeeperPlan.Decide(Standby, facts with { Link = StandbyLink.Outrun }).ShouldBeOfType<KeeperStep.Refuse>().Error.Failure.ShouldBe(PostgresFailure.OtherRole);
    }

    [Fact]
    public void Decide_StandbyOfAnExternalPrimary_IsRefused() =>
        KeeperPlan.Decide(Standby with { Source = null }, Empty).ShouldBeOfType<KeeperStep.Refuse>();

    [Fact]
    public void Decide_StopWanted_StopsWhatRunsWhateverElseIsTrue()
    {
        KeeperPlan.Decide(Primary, Running with { StopWanted = true }).ShouldBeOfType<KeeperStep.Stop>();
        KeeperPlan.Decide(Primary, Running with { StopWanted = true, IsHeld = false }).ShouldBeOfType<KeeperStep.Adopt>();
        KeeperPlan.Decide(Primary, Stopped with { StopWanted = true, Failures = 5 }).ShouldBeOfType<KeeperStep.End>();
        KeeperPlan.Decide(Primary, Empty with { StopWanted = true }).ShouldBeOfType<KeeperStep.End>();
    }
}
