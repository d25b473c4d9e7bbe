using Banyan.Control.Chain.Anchoring;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Control.Tests.Chain;

public class AnchoringPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly AnchoringPolicy Policy = new(TimeSpan.FromSeconds(10), 3);

    [Fact]
    public void Decide_ANewCheckpoint_IsAnchored()
    {
        var decision = Decide(Log(120), Chain(anchored: null));
        decision.Anchor.ShouldBe(new LogHead(120, Root(120)));
        decision.State.ShouldBe(AnchorState.Behind);
        decision.BehindSince.ShouldBe(Now);
    }

    [Fact]
    public void Decide_TriedLessThanAnIntervalAgo_Waits() =>
        Decide(Log(120) with { TriedAt = Now - TimeSpan.FromSeconds(9) }, Chain(anchored: null)).Anchor.ShouldBeNull();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 20)]
    [InlineData(3, 80)]
    [InlineData(10, 300)]
    [InlineData(1000, 300)]
    public void Wait_AfterFailures_GrowsToFiveMinutes(int failures, int seconds) => AnchoringPlan.Wait(Policy, failures).TotalSeconds.ShouldBe(seconds);

    [Fact]
    public void Wait_AnIntervalLongerThanFiveMinutes_IsKept() => AnchoringPlan.Wait(new AnchoringPolicy(TimeSpan.FromHours(1), 1), 3).ShouldBe(TimeSpan.FromHours(1));

    [Theory]
    [InlineData(100, AnchorState.Confirming)]
    [InlineData(101, AnchorState.Confirming)]
    [InlineData(102, AnchorState.Anchored)]
    public void Decide_InABlock_CountsWhenOthersHaveFollowed(long height, object state)
    {
        var decision = Decide(Log(120), Chain(new ChainAnchor(120, Root(120), 100), height));
        decision.State.ShouldBe((AnchorState)state);
        decision.Record!.Confirmed.ShouldBe(height == 102);
        (decision.BehindSince is null).ShouldBe(height == 102);
        decision.Anchor.ShouldBeNull();
    }

    [Fact]
    public void Decide_NoAnswer_KeepsWhatIsRemembered()
    {
        var record = new AnchorRecord(100, Root(100), 5, true);
        var decision = Decide(Log(120) with { Record = record, BehindSince = Now - TimeSpan.FromHours(1) }, new ChainSight { Problem = "it does not answer" });
        decision.State.ShouldBe(AnchorState.Unreachable);
        decision.Record.ShouldBe(record);
        decision.Lost.ShouldBeNull();
        decision.BehindSince.ShouldBe(Now - TimeSpan.FromHours(1));
    }

    [Fact]
    public void Decide_TheChainIsReset_SaysWhatIsLost()
    {
        var decision = Decide(Log(120) with { Record = new AnchorRecord(120, Root(120), 5, true) }, new ChainSight { Height = 0 });
        decision.State.ShouldBe(AnchorState.Undeployed);
        decision.Lost!.ShouldContain("the chain was reset");
        decision.Record.ShouldBeNull();
        decision.Anchor.ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public void Decide_AnAnchorIsGone_SaysSo_AndAnchorsTheNewest(int? left)
    {
        var decision = Decide(Log(120) with { Record = new AnchorRecord(110, Root(110), 5, true) }, Chain(left is { } size ? new ChainAnchor(size, Root(size), 4) : null));
        decision.Lost!.ShouldContain("reorganised");
        decision.Anchor!.Size.ShouldBe(120);
        (decision.Record?.Size).ShouldBe(left);
    }

    [Fact]
    public void Decide_TheSameAnchorInAnotherBlock_IsNoLoss()
    {
        var decision = Decide(Log(120) with { Record = new AnchorRecord(120, Root(120), 100, true) }, Chain(new ChainAnchor(120, Root(120), 107), 107));
        decision.Lost.ShouldBeNull();
        decision.State.ShouldBe(AnchorState.Confirming);
    }

    [Fact]
    public void Decide_AnotherRootOfTheSameSize_IsAFork_AndNothingIsAnchored()
    {
        var decision = Decide(Log(120), Chain(new ChainAnchor(120, Root(121), 100)));
        decision.State.ShouldBe(AnchorState.Fork);
        decision.Anchor.ShouldBeNull();
        decision.Detail!.ShouldContain(Root(120).ToString());
    }

    [Fact]
    public void Decide_ALogThatShowsLessThanIsAnchored_IsSaid()
    {
        var decision = Decide(Log(119), Chain(new ChainAnchor(120, Root(120), 100)));
        decision.State.ShouldBe(AnchorState.LogBehind);
        decision.Anchor.ShouldBeNull();
    }

    [Fact]
    public void Decide_Paused_Waits()
    {
        var decision = Decide(Log(120), Chain(null) with { Paused = true });
        decision.State.ShouldBe(AnchorState.Paused);
        decision.Anchor.ShouldBeNull();
        decision.BehindSince.ShouldBe(Now);
    }

    [Fact]
    public void Decide_NoCheckpoint_SaysWhy()
    {
        Decide(Log(0) with { Head = null }, Chain(null)).State.ShouldBe(AnchorState.Empty);
        Decide(Log(0) with { Head = null, HeadProblem = "its signature is wrong" }, Chain(null)).ShouldSatisfyAllConditions(
            d => d.State.ShouldBe(AnchorState.NoCheckpoint), d => d.Detail.ShouldBe("its signature is wrong"), d => d.Anchor.ShouldBeNull());
    }

    internal static MerkleHash Root(long size) => new(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(size)));

    private static AnchorDecision Decide(LogFacts log, ChainSight chain) => AnchoringPlan.Decide(log, chain, Policy, Now);

    private static LogFacts Log(long size) => new() { Partition = "east", Head = new LogHead(size, Root(size)) };

    private static ChainSight Chain(ChainAnchor? anchored, long height = 200) => new()
    {
        Height = height,
        Deployed = true,
        Newest = anchored is null ? new Dictionary<string, ChainAnchor>() : new Dictionary<string, ChainAnchor> { ["east"] = anchored },
    };
}
