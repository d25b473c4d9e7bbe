using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Banyan.Blueprints.Reading;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;

namespace Banyan.Routing.Tests.Policies;

public class BlueprintPoliciesTests
{
    private static readonly ImmutableArray<PolicyTarget> Targets =
    [
        new("us") { At = new GeoPoint(39, -77), Country = PolicyModelTests.Country("US") },
        new("eu") { At = new GeoPoint(53, -6), Country = PolicyModelTests.Country("IE") },
        new("ke") { At = new GeoPoint(-1, 37), Country = PolicyModelTests.Country("KE") },
    ];

    [Fact]
    public void Read_NoPolicies_TakesTheNearestElseTheFirst()
    {
        var model = Compile("{}", out _);
        Choose(model, new ClientFacts(1, default, new GeoPoint(0, 30))).ShouldBe("ke");
        Choose(model, new ClientFacts(1)).ShouldBe("us");
    }

    [Fact]
    public void Read_NestedAsInTheReference_AsksTheLawThenShares()
    {
        var model = Compile("""
            precedence: [residency]
            policies:
              capacity: { kind: weighted, shares: { us: 70%, ke: 30% } }
              residency: { kind: geographic, areas: { eu: eu, GB: eu }, otherwise: capacity }
            """, out var notes);
        notes.ShouldBeEmpty();
        Choose(model, new ClientFacts(1, PolicyModelTests.Country("FR"))).ShouldBe("eu");
        Choose(model, new ClientFacts(1, PolicyModelTests.Country("GB"))).ShouldBe("eu");
        var others = Enumerable.Range(0, 20_000).Count(i => Choose(model, new ClientFacts(PolicyModelTests.Key(i), PolicyModelTests.Country("JP"))) == "us");
        others.ShouldBeInRange(13_700, 14_300);
    }

    [Fact]
    public void Read_CountryWithinAnArea_IsStronger()
    {
        var model = Compile("policies: { law: { kind: geographic, areas: { africa: us, KE: ke } } }", out _);
        Choose(model, new ClientFacts(1, PolicyModelTests.Country("NG"))).ShouldBe("us");
        Choose(model, new ClientFacts(1, PolicyModelTests.Country("KE"))).ShouldBe("ke");
    }

    [Fact]
    public void Read_PrecedenceNotSaid_LawBeforeSpeedBeforeShares()
    {
        var model = Compile("""
            policies:
              parts: { kind: weighted, shares: { us: 100% } }
              quick: { kind: latency }
              law: { kind: geographic }
            """, out _);
        Explain(model, new ClientFacts(1, PolicyModelTests.Country("IE"), new GeoPoint(-1, 37))).Steps[0].Policy.ShouldBe("law");
        Choose(model, new ClientFacts(1, PolicyModelTests.Country("JP"), new GeoPoint(-1, 37))).ShouldBe("ke");
        Choose(model, new ClientFacts(1)).ShouldBe("us");
    }

    [Fact]
    public void Read_Precedence_IsFollowedAndTheRestLeftOut()
    {
        var model = Compile("""
            precedence: [order]
            policies:
              law: { kind: geographic }
              order: { kind: failover, among: [ke, us] }
            """, out _);
        Choose(model, new ClientFacts(1, PolicyModelTests.Country("IE"))).ShouldBe("ke");
        model.Explain(new ClientFacts(1), new PolicyFacts([TargetFacts.AllOfIt, TargetFacts.AllOfIt, TargetFacts.Lost])).Target.ShouldBe("us");
    }

    [Fact]
    public void Read_RegionsThatDoNotRun_AreLeftOutAndSaid()
    {
        var model = Compile("""
            policies:
              parts: { kind: weighted, shares: { us: 50%, elsewhere: 50% } }
              nowhere: { kind: failover, among: [elsewhere] }
              below: { kind: weighted, shares: { nowhere: 100% } }
              law: { kind: geographic, areas: { KE: elsewhere }, otherwise: nowhere }
            """, out var notes);
        notes.Count(static n => n.Contains("'elsewhere' does not run here", StringComparison.Ordinal)).ShouldBe(3);
        Choose(model, new ClientFacts(1)).ShouldBe("us");
    }

    [Theory]
    [InlineData("kai")]
    [InlineData("kaldrix")]
    [InlineData("sankofa")]
    [InlineData("kinexus")]
    [InlineData("codai")]
    public void Read_TheFivePlatforms_Compile(string name)
    {
        var file = Path.Combine(Root(), "blueprints", name + ".yaml");
        var blueprint = BlueprintReader.Read(file).Blueprint!;
        ImmutableArray<PolicyTarget> targets = [.. blueprint.AllSites().Take(10).Select(static r => new PolicyTarget(r.Name))];
        PolicyModelTests.Compile(BlueprintPolicies.Read(blueprint, targets, out _)).Choose(new ClientFacts(1), PolicyFacts.AllWell(targets.Length)).NothingWell.ShouldBeFalse();
    }

    private static PolicyModel Compile(string routing, out ImmutableArray<string> notes)
    {
        var text = "platform: test\nregions: { us: { standby: eu }, eu: { standby: us }, ke: { standby: eu }, elsewhere: { standby: us } }\nrouting:\n" + string.Join('\n', routing.Split('\n').Select(static l => "  " + l));
        var read = BlueprintReader.ReadText(text, "test.yaml");
        read.Blueprint.ShouldNotBeNull(string.Join("; ", read.Findings));
        return PolicyModelTests.Compile(BlueprintPolicies.Read(read.Blueprint, Targets, out notes));
    }

    private static string Choose(PolicyModel model, ClientFacts client) => Explain(model, client).Target;

    private static ExplainedChoice Explain(PolicyModel model, ClientFacts client) => model.Explain(client, PolicyFacts.AllWell(3));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
