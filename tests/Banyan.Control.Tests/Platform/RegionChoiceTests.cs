using Banyan.Control.Platform.Planning;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Control.Tests.Platform;

public class RegionChoiceTests
{
    [Fact]
    public void Make_FewRegions_KeepsAllAsTheyAre()
    {
        PlannedRegion[] all = [Region("a", "core", standby: "b"), Region("b", "core", standby: "a")];
        var choice = RegionChoice.Make(all, 6);
        choice.Regions.ShouldBe(all);
        choice.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Make_ManySites_TakesAFewOfEachTierAndSaysWhich()
    {
        var choice = RegionChoice.Make(Sankofa(), 6);
        choice.Regions.Select(r => r.Name).ShouldBe(["core-1", "core-2", "regional-1", "regional-2", "edge-1", "edge-2"]);
        choice.Notes[0].ShouldBe("condensed: 6 of 325 regions run here (2 of 15 core: core-1, core-2; 2 of 60 regional: regional-1, regional-2; 2 of 250 edge: edge-1, edge-2)");
    }

    [Fact]
    public void Make_StandbyLeftOut_PointsToAChosenOneAndSaysSo()
    {
        var choice = RegionChoice.Make(Sankofa(), 6);
        choice.Regions.Single(r => r.Name == "core-2").Standby.ShouldBe("core-1");
        choice.Notes.ShouldContain("core-2: standby in core-1; core-3 does not run here");
    }

    [Fact]
    public void Make_PairFarDownTheList_StaysTogether()
    {
        PlannedRegion[] all = [Region("a", "core", standby: "d"), Region("b", "core", standby: "c"), Region("c", "core", standby: "b"), Region("d", "core", standby: "a")];
        RegionChoice.Make(all, 2).Regions.Select(r => r.Name).ShouldBe(["a", "d"]);
    }

    [Fact]
    public void Make_StandbyElsewhere_StaysUnderTheSameLawWhereItCan()
    {
        PlannedRegion[] all =
        [
            Region("nairobi", "core", standby: "gone", jurisdiction: "KE"), Region("lagos", "core", standby: "nairobi", jurisdiction: "NG"),
            Region("mombasa", "edge", standby: "nairobi", jurisdiction: "KE"),
        ];
        RegionChoice.Make(all, 6).Regions[0].Standby.ShouldBe("mombasa");
    }

    [Fact]
    public void Make_StandbyWhereDataMayNotLie_IsAnother()
    {
        PlannedRegion[] all =
        [
            Region("nairobi", "core", standby: "lagos", jurisdiction: "KE") with { KeptOutOf = new HashSet<string> { "NG" } },
            Region("lagos", "core", standby: "nairobi", jurisdiction: "NG"),
            Region("kampala", "core", standby: "lagos", jurisdiction: "UG"),
        ];
        RegionChoice.Make(all, 6).Regions[0].Standby.ShouldBe("kampala");
    }

    [Fact]
    public void Make_DataMayLieNowhereElse_HasNoStandbyAndSaysWhy()
    {
        PlannedRegion[] all =
        [
            Region("nairobi", "core", standby: "gone", jurisdiction: "KE") with { KeptOutOf = new HashSet<string> { "NG" } },
            Region("lagos", "core", standby: "nairobi", jurisdiction: "NG"),
        ];
        var choice = RegionChoice.Make(all, 6);
        choice.Regions[0].Standby.ShouldBeNull();
        choice.Notes.ShouldBe(["nairobi: no standby; its data must not lie in NG by the blueprint's residency, and no other region runs here"]);
    }

    [Fact]
    public void Make_OneRegion_HasNoStandbyAndSaysSo()
    {
        var choice = RegionChoice.Make([Region("only", "core", standby: null)], 6);
        choice.Regions.Single().Standby.ShouldBeNull();
        choice.Notes.ShouldBe(["only: no standby; it is the only region"]);
    }

    [Fact]
    public void Make_AnyPlatform_ChoosesWithinTheLimitWithEveryStandbyInsideAndNotItself()
    {
        var platforms = from count in Gen.Choose(1, 40)
                        from tiers in Gen.Elements("core", "regional", "edge").ArrayOf(count)
                        from standbys in Gen.Choose(-1, 45).ArrayOf(count)
                        from limit in Gen.Choose(1, 12)
                        select (tiers, standbys, limit);
        Prop.ForAll(platforms.ToArbitrary(), p =>
        {
            var all = p.tiers.Select((t, i) => Region($"r{i}", t, p.standbys[i] < 0 ? null : $"r{p.standbys[i]}")).ToList();
            var chosen = RegionChoice.Make(all, p.limit).Regions;
            chosen.Count.ShouldBe(Math.Min(p.limit, all.Count));
            chosen.Select(r => r.Name).ShouldBeUnique();
            foreach (var region in chosen.Where(_ => chosen.Count > 1))
                chosen.Where(r => r.Name != region.Name).Select(r => r.Name).ShouldContain(region.Standby);
            var tiersWanted = Math.Min(p.limit, all.Select(r => r.Tier).Distinct().Count());
            chosen.Select(r => r.Tier).Distinct().Count().ShouldBe(tiersWanted);
        }).QuickCheckThrowOnFailure();
    }

    private static List<PlannedRegion> Sankofa() =>
    [
        .. Enumerable.Range(1, 15).Select(i => Region($"core-{i}", "core", $"core-{(i % 15) + 1}")),
        .. Enumerable.Range(1, 60).Select(i => Region($"regional-{i}", "regional", $"regional-{(i % 60) + 1}")),
        .. Enumerable.Range(1, 250).Select(i => Region($"edge-{i}", "edge", $"edge-{(i % 250) + 1}")),
    ];

    private static PlannedRegion Region(string name, string tier, string? standby, string? jurisdiction = null) =>
        new() { Name = name, Tier = tier, Standby = standby, Jurisdiction = jurisdiction };
}
