using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;
using Banyan.Cli.Up;
using Banyan.Testing;

namespace Banyan.Cli.Tests.Up;

public class BlueprintRunTests
{
    [Theory]
    [InlineData("kai", 5)]
    [InlineData("sankofa", 325)]
    [InlineData("kaldrix", null)]
    [InlineData("kinexus", null)]
    [InlineData("codai", null)]
    public void FindProblems_ShippedBlueprints_CanAllBeRun(string name, int? regions)
    {
        var blueprint = Read(File.ReadAllText(Path.Combine(SharedVectors.Repository, "blueprints", $"{name}.yaml")));
        BlueprintRun.FindProblems(blueprint).ShouldBeEmpty();
        var plan = BlueprintRun.Plan(blueprint);
        plan.Name.ShouldBe(name);
        plan.Regions.Count.ShouldBeGreaterThan(0);
        if (regions is not null)
            plan.Regions.Count.ShouldBe(regions.Value);
        plan.Regions.Select(r => r.Tier).ShouldAllBe(t => t == "core" || t == "regional" || t == "edge");
    }

    [Fact]
    public void Plan_Kai_CarriesPlaceLawStandbyAndObjectives()
    {
        var plan = BlueprintRun.Plan(Read(File.ReadAllText(Path.Combine(SharedVectors.Repository, "blueprints", "kai.yaml"))));
        var east = plan.Regions.Single(r => r.Name == "east-africa");
        (east.Place, east.Jurisdiction).ShouldBe(("Nairobi", "KE"));
        east.Latitude.ShouldNotBeNull().ShouldBe(-1.29, 0.1);
        plan.Regions.Select(r => r.Name).ShouldContain(east.Standby);
        plan.Objectives.ShouldContain(o => o.Name == "rto" && o.Target == "15m");
    }

    [Fact]
    public void Plan_TimeSeriesAreKeptFor_BecomesTheServicesRetention()
    {
        var plan = BlueprintRun.Plan(Read("platform: x\nregions:\n  a: {}\nstores:\n  readings: { role: time-series, keep: 30d }\n"));
        plan.Settings["climate:retention"].ShouldBe("720h");
    }

    [Theory]
    [InlineData("a: {}\n  b: { standby: a }", "regions.a")]
    [InlineData("a: { standby: a }\n  b: { standby: a }", "regions.a.standby")]
    [InlineData("a: { standby: z }\n  b: { standby: a }", "regions.a.standby")]
    public void FindProblems_StandbyMissingOrImpossible_IsFoundAtItsPlace(string regions, string path)
    {
        var problem = BlueprintRun.FindProblems(Read($"platform: x\nregions:\n  {regions}\n")).ShouldHaveSingleItem();
        problem.Path.ShouldBe(path);
        problem.Line.ShouldBe(3);
        problem.Hint.ShouldNotBeNull();
    }

    [Fact]
    public void FindProblems_AccessThatIsNotWhatWasMeant_IsNotStarted()
    {
        var problem = BlueprintRun.FindProblems(Read("platform: x\nregions:\n  a: {}\naccess: { rules: { closed: { effect: deny, actions: disaster.alert.issue } } }\n")).ShouldHaveSingleItem();
        (problem.Rule, problem.Path, problem.Line).ShouldBe(("access.unknown-action", "access.rules.closed.actions", 4));
        problem.Hint.ShouldBe("did you mean 'disaster.alerts.issue'?");
    }

    [Fact]
    public void Plan_Access_IsTheBlueprintsWithTheStandard()
    {
        var access = BlueprintRun.Plan(Read("platform: x\nregions:\n  a: {}\naccess: { roles: { clerk: climate.rules.write } }\n")).Access.ShouldNotBeNull();
        access.Roles["clerk"].ShouldBe(["climate.rules.write"]);
        access.Roles.Keys.ShouldContain("administrator");
    }

    [Fact]
    public void FindProblems_OneRegionAlone_NeedsNoStandby() => BlueprintRun.FindProblems(Read("platform: x\nregions:\n  a: {}\n")).ShouldBeEmpty();

    [Fact]
    public void FindProblems_ClientsGoToTheNeighbour_NeedsNoStandby() =>
        BlueprintRun.FindProblems(Read("platform: x\nregions:\n  a: { failover: neighbour }\n  b: { standby: a }\n")).ShouldBeEmpty();

    [Fact]
    public void Plan_WhoIsToldAndWhatIsDrilled_IsCarriedOver()
    {
        var plan = BlueprintRun.Plan(Read("""
            platform: x
            regions:
              a: {}
            notifications:
              allow_private: true
              webhooks:
                - { url: "https://a.example/", secret: env:A }
                - { url: "https://b.example/", secret: file:/b, events: [failover, drill, failover] }
            drills: { every: 7d, programme: [ front-door-loss, { scenario: freeze, region: a, for: 1m, rate: 1K/s } ] }

            """));
        plan.Notifications.AllowPrivate.ShouldBeTrue();
        plan.Notifications.Webhooks.Select(w => (w.Url, w.SecretFrom, string.Join(' ', w.Events))).ShouldBe([("https://a.example/", "env:A", "suspicion failover switchover failback drill"), ("https://b.example/", "file:/b", "failover drill")]);
        plan.DrillProgramme.ShouldBe([new("front-door-loss"), new("freeze", "a", 60, 1000)]);
        plan.DrillsEverySeconds.ShouldBe(7 * 86400);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Plan_EveryScenario_CanBeInAProgramme(string scenario) =>
        BlueprintRun.Plan(Read($"platform: x\ndrills: {{ programme: [{scenario}] }}\n")).DrillProgramme.ShouldHaveSingleItem().Scenario.ShouldBe(scenario);

    public static TheoryData<string> Scenarios => [.. Banyan.Control.Drills.Scenario.All.Select(static s => s.Name)];

    [Fact]
    public void FindProblems_TwoWebhooksOfOneAddress_IsFoundAtTheSecond()
    {
        var problem = BlueprintRun.FindProblems(Read("platform: x\nregions:\n  a: {}\nnotifications:\n  webhooks:\n    - { url: \"https://a.example/\", secret: env:A }\n    - { url: \"https://a.example/\", secret: env:B }\n")).ShouldHaveSingleItem();
        (problem.Path, problem.Line).ShouldBe(("notifications.webhooks[1].url", 7));
    }

    /// <summary>What the blueprint says must stay is not copied elsewhere, by whatever rule it says so.</summary>
    [Theory]
    [InlineData("home_country: true", false)]
    [InlineData("within: KE", false)]
    [InlineData("within: [KE, NG]", true)]
    [InlineData("{ }", true)]
    [InlineData("home_country: true, agreements: NG", true)]
    [InlineData("home_country: true, agreements: UG", false)]
    public void FindProblems_StandbyWhereDataMayNotLie_IsRefused(string rule, bool mayRun)
    {
        var blueprint = Read($"platform: x\nresidency: {{ people: {{ covers: personal{(rule == "{ }" ? "" : $", {rule}")} }} }}\nregions:\n  a: {{ jurisdiction: KE, standby: b }}\n  b: {{ jurisdiction: NG, standby: c }}\n  c: {{ jurisdiction: NG, standby: b }}\n");

        var problems = BlueprintRun.FindProblems(blueprint).Where(static p => p.Rule == "run.residency" && p.Path == "regions.a.standby").ToList();

        problems.Count.ShouldBe(mayRun ? 0 : 1);
        BlueprintRun.Plan(blueprint).Regions[0].KeptOutOf.ShouldBe(mayRun ? [] : ["NG"]);
    }

    private static Blueprint Read(string yaml)
    {
        var read = BlueprintReader.ReadText(yaml, "x.yaml");
        return read.Blueprint.ShouldNotBeNull(string.Join('\n', read.Findings));
    }
}
