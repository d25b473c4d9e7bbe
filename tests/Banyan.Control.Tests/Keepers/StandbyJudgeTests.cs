using Banyan.Control.Keepers;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Tests.Keepers;

public class StandbyJudgeTests
{
    private static readonly ServerFacts Standby = new() { Version = "15.1", SystemIdentifier = 1, IsStandby = true, Position = 100, Connections = 0, Size = 0 };
    private static readonly ServerFacts Primary = new() { Version = "15.1", SystemIdentifier = 1, IsStandby = false, Position = 500, Connections = 0, Size = 0 };

    [Fact]
    public void Judge_ItReceives_Streams() => StandbyJudge.Judge(Standby with { IsStreaming = true }, null, null).ShouldBe(StandbyLink.Streams);

    [Fact]
    public void Judge_PrimaryIsSilentOrItselfAStandby_Waits()
    {
        StandbyJudge.Judge(Standby, null, null).ShouldBe(StandbyLink.Waits);
        StandbyJudge.Judge(Standby, Primary, null).ShouldBe(StandbyLink.Waits);
        StandbyJudge.Judge(Standby, Primary with { IsStandby = true }, false).ShouldBe(StandbyLink.Waits);
    }

    [Fact]
    public void Judge_PrimaryHasTheWal_Waits() => StandbyJudge.Judge(Standby, Primary, true).ShouldBe(StandbyLink.Waits);

    [Fact]
    public void Judge_PrimaryHasRemovedTheWal_IsOutrun() => StandbyJudge.Judge(Standby, Primary, false).ShouldBe(StandbyLink.Outrun);

    [Fact]
    public void Judge_StandbyHoldsWhatThePrimaryDoesNot_HasDivergedAndIsNotOutrun()
    {
        StandbyJudge.Judge(Standby with { Position = 501 }, Primary, false).ShouldBe(StandbyLink.Diverged);
        StandbyJudge.Judge(Standby with { SystemIdentifier = 2 }, Primary, false).ShouldBe(StandbyLink.Diverged);
    }
}
