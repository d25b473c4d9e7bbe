using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Deciding;
using Banyan.Control.Failover.Observing;

namespace Banyan.Control.Tests.Failover;

public class FailoverPlanTests
{
    private static readonly RegionSight Dead = new(Sight.Refused, Sight.Refused, Sight.Refused);
    private static readonly RegionSight Silent = new(Sight.Silent, Sight.Silent, Sight.Silent);
    private static readonly RegionSight Well = new(Sight.Up, Sight.Up, Sight.Unknown);
    private static readonly PartitionHold Held = new(1, "east", "cell-1");

    [Fact]
    public void Decide_AllIsWell_Rests() => FailoverPlan.Decide(Candidate(Well, Well, Well) with { Hold = Held }).ShouldBe(new FailoverStep.Rest());

    [Fact]
    public void Decide_QuorumSaysDead_TakesOverWithoutWaitingForTheLease() =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Well) with { Hold = Held }).ShouldBeOfType<FailoverStep.TakeOver>();

    [Fact]
    public void Decide_OneWitnessSaysDead_DoesNothing() =>
        FailoverPlan.Decide(Candidate(Dead, Well, Well) with { Hold = Held }).ShouldBe(new FailoverStep.Rest());

    [Fact]
    public void Decide_OneWitnessAndNoLease_Waits() =>
        FailoverPlan.Decide(Candidate(Silent, Well, Well) with { Unheld = TimeSpan.FromSeconds(9) }).ShouldBeOfType<FailoverStep.Wait>();

    [Fact]
    public void Decide_DeadObserversHaveNoWord_TheQuorumStaysThatOfAll() =>
        FailoverPlan.Decide(Candidate(Dead) with { Hold = Held }).ShouldBe(new FailoverStep.Rest());

    [Fact]
    public void Decide_SilentAndStillHeld_WaitsForTheLease() =>
        FailoverPlan.Decide(Candidate(Silent, Silent, Well) with { Hold = Held }).ShouldBeOfType<FailoverStep.Wait>();

    [Fact]
    public void Decide_SilentAndLeaseGone_TakesOver() =>
        FailoverPlan.Decide(Candidate(Silent, Silent, Well) with { Unheld = TimeSpan.FromMilliseconds(1) }).ShouldBeOfType<FailoverStep.TakeOver>();

    [Fact]
    public void Decide_HeardByAllButNotByTheStore_IsTakenOverWhenItsLeaseIsLongGone()
    {
        var facts = Candidate(Well, Well, Well) with { Unheld = TimeSpan.FromSeconds(16) };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.TakeOver>().Reason.ShouldBe("east has not reached the consensus store for 16 s, and its lease has run out");
        FailoverPlan.Decide(facts with { Unheld = TimeSpan.FromSeconds(14) }).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(facts with { Hold = Held, Unheld = TimeSpan.Zero }).ShouldBe(new FailoverStep.Rest());
        var speaks = new Observation("east", new Dictionary<string, RegionSight>());
        FailoverPlan.Decide(facts with { Observations = [.. facts.Observations, speaks] }).ShouldBeOfType<FailoverStep.Wait>();
    }

    [Fact]
    public void Decide_NeverSeenToServe_WaitsForThePlatformToStart() =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Dead) with { WasHeld = false, Unheld = TimeSpan.FromSeconds(5) }).ShouldBeOfType<FailoverStep.Wait>();

    [Fact]
    public void Decide_TwoRegions_TheOnlyWitnessWaitsForTheStoreToo()
    {
        var facts = Candidate(Dead) with { Regions = ["east", "south"], Hold = Held };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(facts with { Hold = null }).ShouldBeOfType<FailoverStep.TakeOver>();
    }

    [Fact]
    public void Decide_Paused_DoesNothing() =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Dead) with { IsPaused = true }).ShouldBeOfType<FailoverStep.Wait>();

    [Theory]
    [InlineData(nameof(FailoverMode.Neighbour))]
    [InlineData(nameof(FailoverMode.None))]
    public void Decide_PolicyMovesNothing_Waits(string mode) =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Dead) with { Policy = new FailoverPolicyFacts { Mode = Enum.Parse<FailoverMode>(mode) } }).ShouldBeOfType<FailoverStep.Wait>();

    [Fact]
    public void Decide_ApprovalsMissing_AsksForThem()
    {
        var policy = new FailoverPolicyFacts { Mode = FailoverMode.Approved, Approvals = ["cto", "board"] };
        var facts = Candidate(Dead, Dead, Dead) with { Policy = policy };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.Ask>().Roles.ShouldBe(["cto", "board"]);
        FailoverPlan.Decide(facts with { Policy = policy with { Approved = ["board"] } }).ShouldBeOfType<FailoverStep.Ask>().Roles.ShouldBe(["cto"]);
        FailoverPlan.Decide(facts with { Policy = policy with { Approved = ["board", "cto"] } }).ShouldBeOfType<FailoverStep.TakeOver>();
    }

    [Fact]
    public void Decide_SynchronousAndNotInSync_AsksWhetherLossIsAccepted()
    {
        var facts = Candidate(Dead, Dead, Dead) with { Policy = new FailoverPolicyFacts { Synchronous = true } };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.Ask>().Roles.ShouldBe([FailoverPlan.AcceptLoss]);
        FailoverPlan.Decide(facts with { Record = facts.Record with { Synchronous = true, InSync = ["south"] } }).ShouldBeOfType<FailoverStep.TakeOver>();
    }

    [Fact]
    public void Decide_StandbyOlderThanTheRecoveryPoint_AsksWhetherLossIsAccepted()
    {
        var facts = Candidate(Dead, Dead, Dead) with { Policy = new FailoverPolicyFacts { RecoveryPoint = TimeSpan.FromMinutes(5) } };
        FailoverPlan.Decide(facts with { Database = new DatabaseSight { IsRunning = true, Behind = TimeSpan.FromMinutes(6) } }).ShouldBeOfType<FailoverStep.Ask>();
        FailoverPlan.Decide(facts with { Database = new DatabaseSight { IsRunning = true, Behind = TimeSpan.FromMinutes(4) } }).ShouldBeOfType<FailoverStep.TakeOver>();
    }

    [Fact]
    public void Decide_StandbyDead_CannotTakeOver() =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Dead) with { Database = new DatabaseSight() }).ShouldBeOfType<FailoverStep.Wait>();

    [Fact]
    public void Decide_NoDatabaseHere_LeavesItToOthers() =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Dead) with { Database = null }).ShouldBe(new FailoverStep.Rest());

    [Fact]
    public void Decide_SwitchAskedFor_BeginsOnlyWhereTheTargetReceives()
    {
        var facts = Primary() with { Requested = "south" };
        FailoverPlan.Decide(facts).ShouldBe(new FailoverStep.Switch("south", "asked for"));
        FailoverPlan.Decide(facts with { Database = new DatabaseSight { IsRunning = true, IsPrimary = true } }).ShouldBeOfType<FailoverStep.RefuseRequest>();
        FailoverPlan.Decide(facts with { Requested = "north" }).ShouldBeOfType<FailoverStep.RefuseRequest>();
        FailoverPlan.Decide(facts with { Requested = "east" }).ShouldBeOfType<FailoverStep.RefuseRequest>();
    }

    [Fact]
    public void Decide_Switching_StopsTheDatabaseOnlyWhenTheCellHasLetGo()
    {
        var facts = Primary() with { Record = Record() with { Target = "south" } };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(facts with { RecordAge = TimeSpan.FromSeconds(11) }).ShouldBeOfType<FailoverStep.CancelSwitch>();
        FailoverPlan.Decide(facts with { Hold = null }).ShouldBe(new FailoverStep.HandOver("south"));
        var stopped = new DatabaseSight { IsHandedOver = true, Streaming = ["south"] };
        FailoverPlan.Decide(facts with { Hold = null, Database = stopped }).ShouldBeOfType<FailoverStep.CompleteSwitch>().Target.ShouldBe("south");
    }

    [Fact]
    public void Decide_SwitchOfASynchronousPartition_WaitsForTheStopButNotForLong()
    {
        var ending = new DatabaseSight { IsEnding = true, DownFor = TimeSpan.FromMilliseconds(80), Streaming = ["south"] };
        var facts = Primary() with { Record = Record() with { Target = "south", Synchronous = true, InSync = ["south"] }, Policy = new FailoverPolicyFacts { Synchronous = true }, Hold = null, Database = ending };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(facts with { Database = ending with { DownFor = TimeSpan.FromSeconds(2) } }).ShouldBeOfType<FailoverStep.CompleteSwitch>();
        FailoverPlan.Decide(facts with { Database = ending with { IsEnding = false } }).ShouldBeOfType<FailoverStep.CompleteSwitch>(); // It died.
    }

    [Fact]
    public void Decide_DatabaseDied_SynchronousGoesAtOnceAndAsynchronousIsBroughtBackFirst()
    {
        var facts = Primary() with { Database = new DatabaseSight { DownFor = TimeSpan.FromMilliseconds(5), Streaming = ["south"] } };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(facts with { Database = new DatabaseSight { DownFor = TimeSpan.FromSeconds(4), Streaming = ["south"] } }).ShouldBeOfType<FailoverStep.Switch>();
        FailoverPlan.Decide(facts with { Record = Record() with { Synchronous = true, InSync = ["south"] }, Policy = new FailoverPolicyFacts { Synchronous = true } })
            .ShouldBeOfType<FailoverStep.Switch>().Target.ShouldBe("south");
    }

    [Fact]
    public void Decide_Synchronous_NamesTheStandbyAndDegradesByThePolicy()
    {
        var facts = Primary() with { Policy = new FailoverPolicyFacts { Synchronous = true } };
        FailoverPlan.Decide(facts).ShouldBeOfType<FailoverStep.SetInSync>().Regions.ShouldBe(["south"]);
        var inSync = facts with { Record = Record() with { Synchronous = true, InSync = ["south"] }, Database = facts.Database! with { Synchronous = ["south"] } };
        FailoverPlan.Decide(inSync).ShouldBe(new FailoverStep.Rest());
        var alone = inSync with { Database = new DatabaseSight { IsRunning = true, IsPrimary = true } };
        FailoverPlan.Decide(alone).ShouldBeOfType<FailoverStep.SetInSync>().Regions.ShouldBeEmpty();
        FailoverPlan.Decide(alone with { Policy = new FailoverPolicyFacts { Synchronous = true, Degrades = false } }).ShouldBe(new FailoverStep.Rest());
    }

    [Fact]
    public void Decide_HomeIsWellAgain_GoesHomeAfterAPatienceThatFlappingDoubles()
    {
        var facts = Primary() with { Me = "south", Record = Record() with { Epoch = 2, Primary = "south" }, Hold = new PartitionHold(2, "south", "cell-2"), Policy = new FailoverPolicyFacts { FailsBack = true }, RecentMoves = 1 };
        facts = facts with { Database = new DatabaseSight { IsRunning = true, IsPrimary = true, Streaming = ["east"] } };
        FailoverPlan.Decide(facts with { HomeReady = TimeSpan.FromSeconds(29) }).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(facts with { HomeReady = TimeSpan.FromSeconds(31) }).ShouldBeOfType<FailoverStep.Switch>().Target.ShouldBe("east");
        FailoverPlan.Decide(facts with { HomeReady = TimeSpan.FromSeconds(31), RecentMoves = 3 }).ShouldBeOfType<FailoverStep.Wait>();
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(6, 3)]
    public void Quorum_OfAllOtherRegions_IsMoreThanHalf(int regions, int quorum) => Quorum.Of(regions).ShouldBe(quorum);

    private static PartitionRecord Record() => new() { Epoch = 1, Primary = "east" };

    [Fact]
    public void Decide_DatabaseSilent_SwitchesWhenItsCellHasGivenItUpToo()
    {
        var frozen = Primary() with { Database = new DatabaseSight { IsRunning = true, IsPrimary = true, Streaming = ["south"], SilentFor = FailoverPlan.SilencePatience + TimeSpan.FromMilliseconds(1) } };
        FailoverPlan.Decide(frozen).ShouldBe(new FailoverStep.Rest(), "its cell holds the lease: it works with it");
        FailoverPlan.Decide(frozen with { Hold = null }).ShouldBe(new FailoverStep.Switch("south", "its database does not answer"));
        FailoverPlan.Decide(frozen with { Hold = null, WasHeld = false }).ShouldNotBeOfType<FailoverStep.Switch>();
        FailoverPlan.Decide(frozen with { Hold = null, Database = frozen.Database! with { SilentFor = TimeSpan.FromSeconds(1) } }).ShouldBeOfType<FailoverStep.Wait>();
        FailoverPlan.Decide(frozen with { Hold = null, Record = Record() with { Target = "south" } }).ShouldBeOfType<FailoverStep.CompleteSwitch>();
        var synchronous = frozen with { Hold = null, Policy = new FailoverPolicyFacts { Synchronous = true } };
        FailoverPlan.Decide(synchronous).ShouldBeOfType<FailoverStep.Wait>("the standby may lack acknowledged changes");
        FailoverPlan.Decide(synchronous with { Record = Record() with { Synchronous = true, InSync = ["south"] } }).ShouldBe(new FailoverStep.Switch("south", "its database does not answer; the standby holds every acknowledged change"));
    }

    [Fact]
    public void Decide_CannotCarryIt_TakesOverAllTheSameAndSaysSo() =>
        FailoverPlan.Decide(Candidate(Dead, Dead, Dead) with { Carrying = new Carrying(["climate"], "south carries too much") })
            .ShouldBeOfType<FailoverStep.TakeOver>().Reason.ShouldEndWith("; south carries too much");

    [Fact]
    public void Decide_ItCarriesMoreOrLessThanTheRecordSays_BringsTheRecordUpToDate()
    {
        var carrying = new Carrying(["climate"], "east carries too much");
        FailoverPlan.Decide(Primary() with { Carrying = carrying }).ShouldBe(new FailoverStep.Shed(carrying));
        FailoverPlan.Decide(Primary() with { Carrying = carrying, Record = Record() with { Shed = ["climate"], Shortage = carrying.Shortage } }).ShouldBe(new FailoverStep.Rest());
        FailoverPlan.Decide(Primary() with { Record = Record() with { Shed = ["climate"], Shortage = carrying.Shortage } }).ShouldBe(new FailoverStep.Shed(Carrying.Enough));
    }

    /// <summary>What south, the standby's region, decides by; each sight is what one observer says of east.</summary>
    private static PartitionFacts Candidate(params RegionSight[] sights)
    {
        string[] observers = ["south", "west", "north"];
        return new PartitionFacts
        {
            Partition = "east",
            Me = "south",
            Regions = ["east", "south", "west", "north"],
            Holders = ["east", "south"],
            Record = Record(),
            WasHeld = true,
            Observations = [.. sights.Select((s, i) => new Observation(observers[i], new Dictionary<string, RegionSight> { ["east"] = s }))],
            Database = new DatabaseSight { IsRunning = true },
        };
    }

    /// <summary>What east, the primary's region, decides by.</summary>
    private static PartitionFacts Primary() => Candidate(Well, Well, Well) with
    {
        Me = "east",
        Hold = Held,
        Database = new DatabaseSight { IsRunning = true, IsPrimary = true, Streaming = ["south"] },
    };
}
