using Banyan.Control.Failover.Deciding;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Failover;

public class SurvivorCapacityTests
{
    private static readonly Dictionary<string, string> AllAtHome = [];

    [Fact]
    public void Judge_AtHome_IsWhatItWasPlannedFor() => SurvivorCapacity.Judge(Platform(capacity: 10), AllAtHome, "west", "west").ShouldBe(Carrying.Enough);

    [Fact]
    public void Judge_FiguresMissing_SaysNothing()
    {
        SurvivorCapacity.Judge(Platform(capacity: null), AllAtHome, "west", "east").ShouldBe(Carrying.Enough);
        var platform = Platform(capacity: 40);
        SurvivorCapacity.Judge(platform with { Regions = [.. platform.Regions.Select(static r => r with { LoadPercent = null })] }, AllAtHome, "west", "east").ShouldBe(Carrying.Enough);
    }

    [Fact]
    public void Judge_Enough_ShedsNothing() => SurvivorCapacity.Judge(Platform(capacity: 100), AllAtHome, "west", "east").ShouldBe(Carrying.Enough);

    [Fact]
    public void Judge_Short_ShedsByPriorityAndSaysSo()
    {
        var carrying = SurvivorCapacity.Judge(Platform(capacity: 60), AllAtHome, "west", "east");
        carrying.Shed.ShouldBe(["climate"]);
        carrying.Shortage.ShouldBe("west carries 100% of the platform's load with a capacity of 60%: it sheds climate");
    }

    [Fact]
    public void Judge_ShortEvenSo_SaysWhatIsLeft()
    {
        var carrying = SurvivorCapacity.Judge(Platform(capacity: 30), AllAtHome, "west", "east");
        carrying.Shed.ShouldBe(["climate"]);
        carrying.Shortage.ShouldBe("west carries 100% of the platform's load with a capacity of 30%: it sheds climate, and 50% is left all the same");
    }

    [Fact]
    public void Judge_NothingRanked_ShedsNothingAndSaysSo()
    {
        var carrying = SurvivorCapacity.Judge(Platform(capacity: 30) with { Services = [new ServiceState("climate", null, 1)] }, AllAtHome, "west", "east");
        carrying.Shed.ShouldBeEmpty();
        carrying.Shortage.ShouldBe("west carries 100% of the platform's load with a capacity of 30%: nothing is shed, for the blueprint ranks no service below priority 1");
    }

    [Fact]
    public void Judge_WhatItCarriesAlready_Counts()
    {
        var platform = Platform(capacity: 60);
        // Its own partition is away: it carries only the other one.
        SurvivorCapacity.Judge(platform, new Dictionary<string, string> { ["west"] = "east" }, "west", "east").ShouldBe(Carrying.Enough);
        SurvivorCapacity.Judge(platform, new Dictionary<string, string> { ["west"] = "west", ["east"] = "west" }, "west", "east").Shed.ShouldBe(["climate"]);
    }

    private static PlatformState Platform(decimal? capacity)
    {
        var platform = TestPlatform.State();
        return platform with
        {
            Regions = [.. platform.Regions.Select(r => r with { LoadPercent = 50, CapacityPercent = capacity })],
            Services = [new ServiceState("disaster", 1, 2), new ServiceState("climate", 3, 2)],
        };
    }
}
