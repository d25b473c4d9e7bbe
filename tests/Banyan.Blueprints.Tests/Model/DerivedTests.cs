using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Model;

/// <summary>What follows from what is written.</summary>
public class DerivedTests
{
    [Fact]
    public void AllSites_Pattern_YieldsWrittenAndMadeOnes()
    {
        var blueprint = Read("""
            platform: p
            sites: { edge: { count: 250+, storage: 40TB..200TB, failover: neighbour }, core: { count: 10..15, planned: 12 } }
            regions: { kumasi: { site: edge, at: Kumasi, standby: tamale }, alone: {} }
            """);

        var sites = blueprint.AllSites().ToList();

        sites.Count.ShouldBe(263);
        blueprint.CountSites().ShouldBe(263);
        sites.Select(s => s.Name).ShouldBeUnique();
        sites.Count(s => s.Tier == Tier.Edge).ShouldBe(250);
        sites.Count(s => s.Tier == Tier.Core).ShouldBe(12);
        blueprint.Regions["alone"].Tier.ShouldBe(Tier.Regional);
        var kumasi = blueprint.Regions["kumasi"];
        (kumasi.Tier, kumasi.Storage["local"].ToString(), blueprint.FailoverOf(kumasi)!.Mode).ShouldBe((Tier.Edge, "40TB..200TB", FailoverMode.Neighbour));
        var made = sites.Single(s => s.Name == "edge-017");
        (made.Generated, made.Standby, made.Path, blueprint.FailoverOf(made)!.Mode).ShouldBe((true, "edge-018", "sites.edge", FailoverMode.Neighbour));
        sites.Single(s => s.Name == "edge-249").Standby.ShouldBe("edge-001");
    }

    [Fact]
    public void AllSites_PatternFullyWritten_MakesNone()
    {
        var blueprint = Read("platform: p\nsites: { core: { count: 1 } }\nregions: { a: { site: core }, b: { site: core } }");

        blueprint.AllSites().Select(s => s.Name).ShouldBe(["a", "b"]);
        blueprint.CountSites().ShouldBe(2);
    }

    [Fact]
    public void AllSites_SiteMadeAlone_HasItsStandbyAmongTheWritten() =>
        Read("platform: p\nsites: { edge: { count: 2 } }\nregions: { a: { site: edge } }").AllSites().Last().Standby.ShouldBe("a");

    [Fact]
    public void AllSites_LargePattern_IsMadeWhileRead()
    {
        var blueprint = Read("platform: p\nsites: { edge: { count: 100K } }");

        blueprint.AllSites().Skip(1).First().Name.ShouldBe("edge-000002");
        blueprint.CountSites().ShouldBe(100_000);
    }

    [Fact]
    public void Regions_OfAPattern_KeepWhatTheySay()
    {
        var blueprint = Read("platform: p\nsites: { far: { tier: core, count: 2, objectives: { rto: 1h } } }\nregions: { a: { site: far, tier: edge, objectives: { rto: 5m } }, b: { site: far } }");

        (blueprint.Regions["a"].Tier, blueprint.Regions["a"].Objectives!.Rto).ShouldBe((Tier.Edge, Duration.FromMinutes(5)));
        (blueprint.Regions["b"].Tier, blueprint.Regions["b"].Objectives!.Rto).ShouldBe((Tier.Core, Duration.FromHours(1)));
    }

    [Fact]
    public void NeedsOf_All_IsEveryOtherServiceOnce()
    {
        var blueprint = Read("platform: p\nservices: { hub: { needs: [b, all, store] }, a: {}, b: {} }");

        blueprint.NeedsOf(blueprint.Services["hub"]).ShouldBe(["b", "a", "store"]);
    }

    [Fact]
    public void AllBackups_StoresChainAndOthers_AreGathered()
    {
        var blueprint = Read("""
            platform: p
            stores: { s: { role: relational, backup: { every: 1h } }, t: { role: cache } }
            chain: { backup: { every: continuous } }
            backups: { configuration: { every: 1d }, databases: { of: [s, t] } }
            """);

        blueprint.AllBackups().Select(b => $"{b.Name}:{string.Join('+', b.Of)}").ShouldBe(["s:s", "chain:chain", "configuration:configuration", "databases:s+t"]);
    }

    [Fact]
    public void ResourcesOf_Size_IsThatOfTheClass()
    {
        var blueprint = Read("platform: p\nsizes: { big: { cpu: 2 } }\nservices: { a: { size: big }, b: { size: big, resources: { cpu: 500m } }, c: {} }");

        blueprint.Services.Values.Select(s => blueprint.ResourcesOf(s)?.Cpu?.ToString()).ShouldBe(["2", "500m", null]);
    }

    [Theory]
    [InlineData("KE", "africa", true)]
    [InlineData("US", "africa", false)]
    [InlineData("NO", "eea", true)]
    [InlineData("NO", "eu", false)]
    [InlineData("KE", "KE", true)]
    [InlineData("KE", "NG", false)]
    [InlineData("GH", "west", true)]
    [InlineData("KE", "west", false)]
    [InlineData("KE", "nowhere", null)]
    public void IsWithin_CountryAndArea_IsKnown(string country, string area, bool? expected) =>
        Read("platform: p\nareas: { west: [GH, NG] }").IsWithin(country, area).ShouldBe(expected);

    [Fact]
    public void As_Variant_ReplacesWhatItHas()
    {
        var blueprint = Read("""
            platform: p
            objectives: { rto: 1h }
            services: { a: {} }
            stores: { s: { role: relational } }
            variants: { small: { services: { f: {} } } }
            """);

        var small = blueprint.As("small")!;

        small.Services.Keys.ShouldBe(["f"]);
        small.Services["f"].Path.ShouldBe("variants.small.services.f");
        small.Stores.Keys.ShouldBe(["s"]);
        small.Objectives!.Rto.ShouldBe(Duration.FromHours(1));
        blueprint.As("other").ShouldBeNull();
    }

    [Fact]
    public void PlaceOf_PartKeyAndItem_AreWhereTheyAreWritten()
    {
        var blueprint = Read("platform: p\nservices:\n  a:\n    needs: [b,\n      c]\n    port: 80\n");
        var a = blueprint.Services["a"];

        blueprint.PlaceOf(a).ShouldBe(new Place(3, 3));
        blueprint.PlaceOf(a, "port").ShouldBe(new Place(6, 5));
        blueprint.Places.Of("services.a.needs[1]").ShouldBe(new Place(5, 7));
        blueprint.PlaceOf(a, "instances").ShouldBe(new Place(3, 3), "the part around what is not written");
        blueprint.Places.Of("routing.policies").ShouldBe(Place.Start);
        (blueprint.Says(a, "port"), blueprint.Says(a, "instances")).ShouldBe((true, false));
        blueprint.FindingAt(a, "port", "r", Severity.Warning, "m", "h").ShouldBe(new Finding("r", Severity.Warning, "services.a.port", 6, 5, "m", "h"));
    }

    private static Blueprint Read(string text)
    {
        var result = BlueprintReader.ReadText(text, "test");
        result.Findings.ShouldBeEmpty();
        return result.Blueprint!;
    }
}
