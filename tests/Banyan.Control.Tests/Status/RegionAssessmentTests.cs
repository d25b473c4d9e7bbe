using Banyan.Control.Status;

namespace Banyan.Control.Tests.Status;

public class RegionAssessmentTests
{
    [Theory]
    [InlineData("serving", "running", "serving", null)]
    [InlineData("serving", "starting", "suspected", "its database is starting")]
    [InlineData("serving", "failed", "suspected", "its database is failed: no room")]
    [InlineData("serving", "silent", "suspected", "the keeper of east does not answer")]
    [InlineData("serving", "unknown", "suspected", "the keeper of east does not know its database")]
    [InlineData("starting", "running", "rebuilding", "its cell is being started")]
    [InlineData("starting", "silent", "rebuilding", "its cell is being started")]
    [InlineData("draining", "running", "draining", "its cell finishes what it has begun")]
    [InlineData("silent", "silent", "down", "neither its cell nor its keeper answers")]
    [InlineData("silent", "starting", "rebuilding", "its database is being started")]
    [InlineData("silent", "failed", "down", "its database is failed: no room")]
    [InlineData("silent", "running", "down", "its cell does not answer")]
    [InlineData("silent", "unknown", "down", "its cell does not answer")]
    public void Assess_WhatCellAndKeeperSay_GivesOneWordAndTheReason(string cell, string database, string state, string? detail)
    {
        var platform = TestPlatform.State();
        var keeper = database switch
        {
            "silent" => null,
            "unknown" => new KeeperReport("east", []),
            _ => new KeeperReport("east", [new DatabaseReport { Partition = "east", Role = "primary", State = database, Detail = database == "failed" ? "no room" : null }]),
        };
        var (found, why) = RegionAssessment.Assess(platform.Regions[0], platform.Partitions[0], cell == "silent" ? null : Cell(cell), keeper);
        (found.ToString().ToLowerInvariant(), why).ShouldBe((state, detail));
    }

    [Fact]
    public void Assess_AServiceIsIll_IsSuspectedAndNamesIt()
    {
        var platform = TestPlatform.State();
        var keeper = new KeeperReport("east", [new DatabaseReport { Partition = "east", Role = "primary", State = "running" }]);
        var cell = Cell("serving") with { Services = [new("disaster", true, null), new("climate", false, "roll-ups are late")] };
        RegionAssessment.Assess(platform.Regions[0], platform.Partitions[0], cell, keeper).ShouldBe((RegionServing.Suspected, "climate is not well: roll-ups are late"));
    }

    [Fact]
    public void Assess_ItSheds_ServesAndSaysWhat()
    {
        var platform = TestPlatform.State();
        var keeper = new KeeperReport("east", [new DatabaseReport { Partition = "east", Role = "primary", State = "running" }]);
        RegionAssessment.Assess(platform.Regions[0], platform.Partitions[0], Cell("serving") with { Shed = ["climate", "social"] }, keeper)
            .ShouldBe((RegionServing.Serving, "climate, social shed while its cell serves another region's residents too"));
        RegionAssessment.AssessMoved(platform.Partitions[0] with { Primary = "west", Epoch = 2, Shortage = "west carries too much: it sheds climate" }, Cell("standby"), keeper, Cell("serving") with { Shed = ["climate"] })
            .ShouldBe((RegionServing.Serving, "its residents are served from west, in epoch 2; west carries too much: it sheds climate"));
    }

    private static CellReport Cell(string state) => new() { Region = "east", Partition = "east", State = state };
}
