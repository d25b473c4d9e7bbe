using System.Text.Json;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Shifts;
using static Banyan.Routing.Tests.Policies.Shifts.ShiftSets;

namespace Banyan.Routing.Tests.Policies.Shifts;

public class ShiftStartTests
{
    private static readonly PolicySet Capacity = Of(Weighted("capacity", ("east", 70), ("west", 20), ("north", 10)), "east", "west", "north", "south");
    private static readonly PolicySet Colours = Of(Weighted("release", ("blue", 100)), "blue", "green");
    private static readonly PolicySet Order = Of(new Policy { Name = "order", Kind = PolicyKind.Failover, Branches = [new("east"), new("west")] }, "east", "west", "south");

    private static readonly PolicySet Lands = Of(new Policy
    {
        Name = "lands",
        Kind = PolicyKind.Geographic,
        Branches = [new("east") { Countries = [PolicyModelTests.Country("KE")] }, new("west") { Countries = [PolicyModelTests.Country("NG")] }],
        Otherwise = "west",
    }, "east", "west", "south");

    [Fact]
    public void Make_NewTarget_TakesItsPartOfTheOldOneOnly()
    {
        var shift = Begin(Capacity, Request("capacity", "south", "east"));
        var parts = PartsOf(Capacity, shift.At(ShiftPhase.Watching, 2));
        parts["south"].ShouldBe(0.35, 0.02);
        parts["east"].ShouldBe(0.35, 0.02);
        parts["west"].ShouldBe(0.2, 0.02);
        shift.Log.ShouldHaveSingleItem().Percent.ShouldBe(1);
    }

    [Fact]
    public void Make_TargetHasAShare_GetsTheOldOnesClientsBesideIts()
    {
        var shift = Begin(Capacity, Request("capacity", "west", "east"));
        PartsOf(Capacity, shift.At(ShiftPhase.Watching, 1))["west"].ShouldBe(0.27, 0.02);
        PartsOf(Capacity, shift.At(ShiftPhase.Done))["west"].ShouldBe(0.9, 0.02);
        PartsOf(Capacity, shift.At(ShiftPhase.Returned)).ShouldBe(PartsOf(Capacity), "as the blueprint says");
    }

    [Fact]
    public void Make_OneOtherBranch_NeedsNoFrom() => Begin(Colours, Request("release", "green")).Plan.From.ShouldBe("blue");

    [Fact]
    public void Make_Failover_DividesTheFirst()
    {
        var shift = Begin(Order, Request("order", "south"));
        (shift.Plan.From, shift.Branch).ShouldBe(("east", "east"));
        PartsOf(Order, shift.At(ShiftPhase.Watching, 1))["south"].ShouldBe(0.1, 0.01);
        PartsOf(Order, shift.At(ShiftPhase.Done)).ShouldBe(new Dictionary<string, double> { ["south"] = 1 });
        PartsOf(Order, shift.At(ShiftPhase.Returned)).ShouldBe(new Dictionary<string, double> { ["east"] = 1 });
        // both gone: the next of the order
        var model = ShiftedPolicies.Make(Order, [shift], static _ => new ShiftCount()).Model;
        model.Choose(new ClientFacts(1), new PolicyFacts([TargetFacts.Lost, TargetFacts.AllOfIt, TargetFacts.Lost])).Target.ShouldBe(1);
    }

    [Fact]
    public void Make_Geographic_DividesOneAreasClients()
    {
        var shift = Begin(Lands, Request("lands", "south", "east")).At(ShiftPhase.Done);
        var model = ShiftedPolicies.Make(Lands, [shift], static _ => new ShiftCount()).Model;
        Lands.Targets[model.Choose(new ClientFacts(1, PolicyModelTests.Country("KE")), PolicyFacts.AllWell(3)).Target].Name.ShouldBe("south");
        Lands.Targets[model.Choose(new ClientFacts(1, PolicyModelTests.Country("NG")), PolicyFacts.AllWell(3)).Target].Name.ShouldBe("west");
    }

    [Fact]
    public void Make_AfterTheEnd_GoesBackByTheSameSteps()
    {
        foreach (var set in (PolicySet[])[Colours, Of(Order.Policies[0] with { Name = "release", Branches = [new("blue"), new("green")] }, "blue", "green")])
        {
            var done = Begin(set, Request("release", "green")).At(ShiftPhase.Done);
            PartsOf(set, done)["green"].ShouldBe(1);
            var back = Begin(set, Request("release", "blue"), done);
            back.Plan.Steps.ShouldBe([1, 10, 50, 100]);
            PartsOf(set, back.At(ShiftPhase.Watching, 2))["blue"].ShouldBe(0.5, 0.02);
            PartsOf(set, back.At(ShiftPhase.Done))["blue"].ShouldBe(1);
            PartsOf(set, back.At(ShiftPhase.Returned))["green"].ShouldBe(1, "as it was before this shift");
            // and what has returned can be begun anew, from where it is
            Begin(set, Request("release", "blue"), back.At(ShiftPhase.Returned)).Plan.From.ShouldBe("green");
        }
    }

    [Theory]
    [InlineData("nothing", "west", null, "no policy 'nothing': shares of capacity can")]
    [InlineData("capacity", "west", null, "--from east|north")]
    [InlineData("capacity", "atlantis", "east", "leads to 'atlantis', which is neither a target nor a policy")]
    [InlineData("capacity", "east", "east", "from 'east' to itself")]
    [InlineData("capacity", "south", "atlantis", "no branch to 'atlantis'")]
    public void Make_Impossible_SaysWhy(string policy, string to, string? from, string problem)
    {
        ShiftStart.Make(Capacity, null, Request(policy, to, from), "id", Start, out var said).ShouldBeNull();
        said.ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void Make_AnotherIsThere_SaysWhatToDo()
    {
        var running = Begin(Capacity, Request("capacity", "south", "east"));
        Problem(Capacity, running, Request("capacity", "south", "west")).ShouldContain("--back");
        Problem(Capacity, running.At(ShiftPhase.Done), Request("capacity", "west", "east")).ShouldContain("--forget");
        Problem(Capacity, running.At(ShiftPhase.Done), Request("capacity", "south", "east")).ShouldContain("all of it already");
        Problem(Of(new Policy { Name = "near", Kind = PolicyKind.Latency, Branches = [new("east")] }, "east", "west"), null, Request("near", "west")).ShouldContain("no share of policy 'near' can move");
    }

    [Fact]
    public void Make_BlueprintSaysSomethingElseSince_CountsNoMore()
    {
        var shift = Begin(Capacity, Request("capacity", "south", "east")).At(ShiftPhase.Watching, 3);
        var newer = Of(Weighted("capacity", ("east", 60), ("west", 40)), "east", "west", "south");
        PartsOf(newer, shift).ShouldBe(PartsOf(newer));
        var made = ShiftedPolicies.Make(newer, [shift], static _ => new ShiftCount());
        made.Problems.ShouldHaveSingleItem().ShouldContain("something else since");
        made.Counts.ShouldBeEmpty();
        Begin(newer, Request("capacity", "south", "east"), shift).Plan.Steps.Length.ShouldBe(4, "it is not in the way of a new one");
    }

    [Fact]
    public void Make_MoreAtOnceThanThereAreMarks_LeavesOut()
    {
        var policies = Enumerable.Range(0, ShiftedPolicies.Most + 1).Select(static i => Weighted($"p{i:00}", ("blue", 1))).ToArray();
        var set = new PolicySet([new("blue"), new("green")], [.. policies, new Policy { Name = "root", Kind = PolicyKind.Precedence, Branches = [.. policies.Select(static p => new PolicyBranch(p.Name))] }], "root");
        var made = ShiftedPolicies.Make(set, policies.Select(p => Begin(set, Request(p.Name, "green"))), static id => new ShiftCount { Id = id });
        made.Problems.ShouldHaveSingleItem().ShouldContain("more than 16");
        made.Counts.Length.ShouldBe(ShiftedPolicies.Most);
    }

    [Fact]
    public void ToJson_AnyRecord_ComesBack()
    {
        var shift = Begin(Capacity, Request("capacity", "south", "east")).With(new ShiftState(ShiftPhase.Returned, 2, Start, new(1, 2), new(3, 4), new(5, 6), ShiftReason.TooManyErrors), Start, "why");
        var read = ShiftRecord.Parse(shift.ToJson());
        read.ToJson().ShouldBe(shift.ToJson());
        read.State.ShouldBe(shift.State);
        read.Plan.Steps.ShouldBe(shift.Plan.Steps);
        shift.ToJson().ShouldContain("\"reason\":\"TooManyErrors\"");
        Should.Throw<JsonException>(() => ShiftRecord.Parse("null"));
        Should.Throw<JsonException>(() => ShiftRecord.Parse(shift.ToJson().Replace("\"step\":2", "\"step\":9", StringComparison.Ordinal)));
        Should.Throw<JsonException>(() => ShiftRecord.Parse(shift.ToJson().Replace("[1,10,50,100]", "[10,1]", StringComparison.Ordinal)));
    }

    private static string Problem(PolicySet set, ShiftRecord? previous, ShiftRequest request)
    {
        ShiftStart.Make(set, previous, request, "id", Start, out var problem).ShouldBeNull();
        return problem.ShouldNotBeNull();
    }
}
