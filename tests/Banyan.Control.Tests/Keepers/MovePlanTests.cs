using Banyan.Control.Keepers;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Tests.Keepers;

/// <summary>What <see cref="KeeperPlan"/> decides when a partition moves.</summary>
public class MovePlanTests
{
    private static readonly KeptDatabase Primary = new() { Partition = "p", Region = "r", IsPrimary = true, Epoch = 2, Port = 5001, Slots = ["p_at_s"] };
    private static readonly KeptDatabase Standby = new() { Partition = "p", Region = "r", IsPrimary = false, Epoch = 2, Port = 5001, Source = new StandbySource("127.0.0.1", 5002, "p_at_r") };
    private static readonly DatabaseFacts OldPrimaryRests = new() { Folder = new DataFolderFacts(DataFolderKind.Ready), State = new FolderState(1) };
    private static readonly DatabaseFacts OldPrimaryRuns = OldPrimaryRests with { Server = new LiveServer(7, 5001, IsReady: true), IsHeld = true };
    private static readonly DatabaseFacts StandbyRests = new() { Folder = new DataFolderFacts(DataFolderKind.Ready, IsStandby: true), State = new FolderState(1) };
    private static readonly DatabaseFacts StandbyRuns = StandbyRests with { Server = new LiveServer(7, 5001, IsReady: true), IsHeld = true, Link = StandbyLink.Waits };

    [Fact]
    public void Decide_StandbyWantedAsPrimary_IsPromotedWhereItRuns()
    {
        KeeperPlan.Decide(Primary, StandbyRuns).ShouldBeOfType<KeeperStep.Promote>();
        KeeperPlan.Decide(Primary, StandbyRuns with { IsHeld = false }).ShouldBeOfType<KeeperStep.Adopt>();
        KeeperPlan.Decide(Primary, StandbyRuns with { Server = new LiveServer(7, 0, IsReady: false) }).ShouldBeOfType<KeeperStep.Watch>();
        KeeperPlan.Decide(Primary, StandbyRests).ShouldBeOfType<KeeperStep.Start>();
        KeeperPlan.Decide(Primary, StandbyRests with { State = null }).ShouldBeOfType<KeeperStep.Start>();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Decide_WishOfNoHigherEpoch_NeverChangesTheRole(int epoch)
    {
        KeeperPlan.Decide(Primary, StandbyRuns with { State = new FolderState(epoch) }).ShouldBeOfType<KeeperStep.Refuse>().Error.Failure.ShouldBe(PostgresFailure.OtherRole);
        KeeperPlan.Decide(Standby, OldPrimaryRuns with { State = new FolderState(epoch) }).ShouldBeOfType<KeeperStep.Refuse>().Error.Failure.ShouldBe(PostgresFailure.OtherRole);
    }

    [Fact]
    public void Decide_PromotionThatWasBegun_IsFinished()
    {
        var begun = new FolderState(2, FolderPhase.Promoting);
        KeeperPlan.Decide(Primary, StandbyRuns with { State = begun }).ShouldBeOfType<KeeperStep.Promote>();
        KeeperPlan.Decide(Primary, StandbyRests with { State = begun }).ShouldBeOfType<KeeperStep.Start>();
        KeeperPlan.Decide(Primary, OldPrimaryRuns with { State = begun }).ShouldBeOfType<KeeperStep.Note>();
        // Of a failed attempt, whose partition has moved on: an old primary, or still a standby.
        KeeperPlan.Decide(Standby with { Epoch = 3 }, OldPrimaryRests with { State = begun, Past = OldPrimary.Apart }).ShouldBeOfType<KeeperStep.FindStranded>();
        KeeperPlan.Decide(Standby with { Epoch = 3 }, StandbyRuns with { State = begun }).ShouldBeOfType<KeeperStep.Note>();
    }

    [Fact]
    public void Decide_PrimaryThatMissedEpochs_IsRefused()
    {
        KeeperPlan.Decide(Primary, OldPrimaryRests).ShouldBeOfType<KeeperStep.Refuse>().Error.Message.ShouldContain("may lack what was written there");
        KeeperPlan.Decide(Primary, OldPrimaryRests with { State = new FolderState(3) }).ShouldBeOfType<KeeperStep.Refuse>().Error.Message.ShouldContain("the wish is late");
        KeeperPlan.Decide(Primary, OldPrimaryRests with { State = null }).ShouldBeOfType<KeeperStep.Note>();
    }

    [Fact]
    public void Decide_PrimaryOfLaterEpochVanished_NoEmptyOneIsMade() =>
        KeeperPlan.Decide(Primary, new DatabaseFacts { Folder = new DataFolderFacts(DataFolderKind.Missing) }).ShouldBeOfType<KeeperStep.Refuse>().Error.Failure.ShouldBe(PostgresFailure.Lost);

    [Fact]
    public void Decide_OldPrimary_TakesNoMoreWritesAndWaitsForTheNewOne()
    {
        KeeperPlan.Decide(Standby, OldPrimaryRuns with { IsHeld = false }).ShouldBeOfType<KeeperStep.Adopt>();
        KeeperPlan.Decide(Standby, OldPrimaryRuns).ShouldBeOfType<KeeperStep.Stop>();
        KeeperPlan.Decide(Standby, OldPrimaryRests).ShouldBeOfType<KeeperStep.Await>();
        KeeperPlan.Decide(Standby, OldPrimaryRests with { Past = OldPrimary.Contained }).ShouldBeOfType<KeeperStep.Demote>();
        KeeperPlan.Decide(Standby, OldPrimaryRests with { Past = OldPrimary.Apart }).ShouldBeOfType<KeeperStep.FindStranded>();
    }

    [Theory]
    [InlineData(nameof(FolderPhase.Returning), nameof(KeeperStep.FindStranded))]
    [InlineData(nameof(FolderPhase.Returned), nameof(KeeperStep.Rewind))]
    [InlineData(nameof(FolderPhase.Rewinding), nameof(KeeperStep.Replace))]
    [InlineData(nameof(FolderPhase.Replacing), nameof(KeeperStep.Replace))]
    public void Decide_ReturnThatWasBegun_IsFinishedWhateverTheFolderLooksLike(string phase, string step)
    {
        var begun = OldPrimaryRests with { State = new FolderState(1, Enum.Parse<FolderPhase>(phase)) { Toward = 2 }, Past = OldPrimary.Apart };
        DataFolderFacts[] folders = [begun.Folder, StandbyRests.Folder, new(DataFolderKind.Missing), new(DataFolderKind.Refused, Error: new(PostgresFailure.ForeignFolder, "another's"))];
        foreach (var folder in folders)
            KeeperPlan.Decide(Standby, begun with { Folder = folder }).GetType().Name.ShouldBe(step);
        // A server that its keeper had started for reading and left behind goes first.
        KeeperPlan.Decide(Standby, begun with { Server = new LiveServer(9, 6000, IsReady: true), IsHeld = true }).ShouldBeOfType<KeeperStep.Stop>();
        KeeperPlan.Decide(Standby, begun with { Server = new LiveServer(9, 6000, IsReady: true) }).ShouldBeOfType<KeeperStep.Adopt>();
        KeeperPlan.Decide(Standby, begun with { Past = OldPrimary.Unknown }).ShouldBeOfType<KeeperStep.Await>();
        KeeperPlan.Decide(Primary with { Epoch = 3 }, begun).ShouldBeOfType<KeeperStep.Refuse>().Error.Message.ShouldContain("being rebuilt");
    }

    [Fact]
    public void Decide_ReturnedToThePrimaryOfAnotherEpoch_IsLookedAtAgain() =>
        KeeperPlan.Decide(Standby with { Epoch = 3 }, OldPrimaryRests with { State = new FolderState(1, FolderPhase.Returned) { Toward = 2 }, Past = OldPrimary.Apart }).ShouldBeOfType<KeeperStep.FindStranded>();

    [Fact]
    public void Decide_HandOver_StopsInOrderAndStaysStopped()
    {
        var wanted = Primary with { HandOver = true };
        var (runs, rests) = (OldPrimaryRuns with { State = new FolderState(2) }, OldPrimaryRests with { State = new FolderState(2) });
        KeeperPlan.Decide(wanted, runs).ShouldBeOfType<KeeperStep.HandOver>();
        KeeperPlan.Decide(wanted, rests with { EndedCleanly = true }).ShouldBeOfType<KeeperStep.RestHandedOver>();
        KeeperPlan.Decide(wanted, rests with { EndedLevel = true }).ShouldBeOfType<KeeperStep.RestHandedOver>();
        // It died on the way: brought up, so that it can be stopped in order.
        KeeperPlan.Decide(wanted, rests).ShouldBeOfType<KeeperStep.Start>();
        KeeperPlan.Decide(wanted, rests with { Failures = 3, SinceFailure = TimeSpan.Zero }).ShouldBeOfType<KeeperStep.Pause>();
        KeeperPlan.Decide(wanted, runs with { Server = new LiveServer(7, 0, IsReady: false) }).ShouldBeOfType<KeeperStep.Watch>();
    }

    [Fact]
    public void Decide_SettingsChanged_AreReadByTheRunningServerAndSynchronyIsProven()
    {
        var runs = OldPrimaryRuns with { State = new FolderState(2), GoodSlots = ["p_at_s"] };
        KeeperPlan.Decide(Primary, runs with { IsConfigured = false }).ShouldBeOfType<KeeperStep.Configure>();
        KeeperPlan.Decide(Primary, runs with { NeedsProof = true }).ShouldBeOfType<KeeperStep.ProveSynchronous>();
        KeeperPlan.Decide(Primary, runs).ShouldBeOfType<KeeperStep.Watch>();
        KeeperPlan.Decide(Standby, StandbyRuns with { State = new FolderState(2), IsConfigured = false }).ShouldBeOfType<KeeperStep.Configure>();
        KeeperPlan.Decide(Standby, StandbyRuns).ShouldBeOfType<KeeperStep.Note>();
    }

    [Fact]
    public void Judge_OldPrimary_IsContainedOnlyWhereItEndedInOrderWithinTheHistory()
    {
        var ended = new ControlFacts("shut down", Checkpoint: 1000, Timeline: 1, SystemIdentifier: 5);
        var history = new TimelineHistory(2, Position: 9000, new Dictionary<int, long> { [1] = 1120 }, SystemIdentifier: 5, Name: "p@s");
        OldPrimaryJudge.Judge("p", ended, history).ShouldBe(OldPrimary.Contained);
        OldPrimaryJudge.Judge("p", ended with { State = "in production" }, history).ShouldBe(OldPrimary.Apart);
        OldPrimaryJudge.Judge("p", ended with { Checkpoint = 1120 }, history).ShouldBe(OldPrimary.Apart);
        OldPrimaryJudge.Judge("p", ended with { Timeline = 3 }, history).ShouldBe(OldPrimary.Apart);
        OldPrimaryJudge.Judge("p", ended with { SystemIdentifier = 6 }, history).ShouldBe(OldPrimary.Apart);
        OldPrimaryJudge.Judge("p", null, history).ShouldBe(OldPrimary.Apart);
        OldPrimaryJudge.Judge("p", ended, null).ShouldBe(OldPrimary.Unknown);
        OldPrimaryJudge.Judge("q", ended, history).ShouldBe(OldPrimary.Unknown); // Another partition's primary answers on that port.
    }
}
