using System.Collections.Immutable;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;

namespace Banyan.Routing.Tests.Policies;

public class PolicyModelTests
{
    private static readonly GeoPoint Nairobi = new(-1.29, 36.82), Lagos = new(6.45, 3.39), Johannesburg = new(-26.2, 28.05), Kampala = new(0.35, 32.58), Accra = new(5.6, -0.19);

    internal static readonly ImmutableArray<PolicyTarget> Africa =
    [
        new("east") { At = Nairobi, Country = Country("KE") },
        new("west") { At = Lagos, Country = Country("NG") },
        new("south") { At = Johannesburg, Country = Country("ZA") },
    ];

    [Fact]
    public void Choose_Geographic_GoesByCountry()
    {
        var model = Model(new Policy { Name = "geo", Kind = PolicyKind.Geographic, Otherwise = "south", Branches = [new("east") { Countries = [Country("KE"), Country("UG")] }, new("west") { Countries = [Country("NG")] }] });
        Choose(model, "UG").ShouldBe("east");
        Choose(model, "NG").ShouldBe("west");
        Choose(model, "FR").ShouldBe("south");
        Choose(model, null).ShouldBe("south");
        Choose(model, "UG", lost: "east").ShouldBe("south");
        Choose(model, "UG", Kampala, "east", "south").ShouldBe("west");
        Explain(model, "UG").Steps.ShouldBe([new ChoiceStep("geo", PolicyKind.Geographic, ChoiceReason.Country, "east")]);
        Explain(model, "UG", lost: "east").Steps.ShouldBe([new ChoiceStep("geo", PolicyKind.Geographic, ChoiceReason.Otherwise, "south")]);
        Explain(model, "UG").Choice.Basis.ShouldBe(ChoiceBasis.Place);
    }

    [Fact]
    public void Choose_GeographicWithoutAreas_GoesHome()
    {
        var model = Model(new Policy { Name = "home", Kind = PolicyKind.Geographic, Branches = [new("east"), new("west"), new("south")] });
        Choose(model, "ZA").ShouldBe("south");
        Choose(model, "ZA", lost: "south").ShouldBe("east");
        Choose(model, "ZA", Johannesburg, "south").ShouldBe("east", "the nearest of the others");
        Choose(model, "GH", Accra).ShouldBe("west");
        Choose(model, null).ShouldBe("east");
        Explain(model, "ZA").ToString().ShouldBe("home (Geographic): SameCountry -> south");
    }

    [Fact]
    public void Choose_SeveralTargetsInOneCountry_TakesTheNearest()
    {
        ImmutableArray<PolicyTarget> targets = [new("a") { At = Lagos, Country = Country("NG") }, new("b") { At = new GeoPoint(9.06, 7.5), Country = Country("NG") }];
        var model = Compile(new PolicySet(targets, [new Policy { Name = "home", Kind = PolicyKind.Geographic, Branches = [new("a"), new("b")] }], "home"));
        var abuja = new ClientFacts(1, Country("NG"), new GeoPoint(9, 7.4));
        model.Choose(abuja, PolicyFacts.AllWell(2)).Target.ShouldBe(1);
        model.Choose(abuja, new PolicyFacts([TargetFacts.AllOfIt, TargetFacts.Lost])).Target.ShouldBe(0);
    }

    [Fact]
    public void Choose_Nearest_GoesByDistance()
    {
        var model = Model(new Policy { Name = "near", Kind = PolicyKind.Nearest, Branches = [new("south"), new("east"), new("west")] });
        Choose(model, null, Kampala).ShouldBe("east");
        Choose(model, null, Kampala, "east").ShouldBe("south", "2,900 km; Lagos is 3,300");
        Choose(model, null).ShouldBe("south", "the first of the policy where no place is known");
    }

    [Fact]
    public void Choose_Latency_GoesByMeasuredThenByDistance()
    {
        var model = Model(new Policy { Name = "quick", Kind = PolicyKind.Latency, Branches = [new("east"), new("west"), new("south")] });
        var facts = PolicyFacts.AllWell(3);
        model.Choose(new ClientFacts(1, Country("UG"), Kampala), facts).Target.ShouldBe(0);
        // the cable from Kampala goes by the south
        facts = facts with { Measured = facts.Measured.Add((Country("UG"), 0), 90).Add((Country("UG"), 2), 40) };
        model.Choose(new ClientFacts(1, Country("UG"), Kampala), facts).Target.ShouldBe(2);
        model.Choose(new ClientFacts(1, Country("KE"), Nairobi), facts).Target.ShouldBe(0);
        model.Explain(new ClientFacts(1, Country("UG"), Kampala), facts).Steps[0].Reason.ShouldBe(ChoiceReason.Quickest);
        model.Explain(new ClientFacts(1), facts).Steps[0].Reason.ShouldBe(ChoiceReason.First);
    }

    [Fact]
    public void Choose_Failover_TakesTheFirstThatIsWell()
    {
        var model = Model(new Policy { Name = "order", Kind = PolicyKind.Failover, Branches = [new("south"), new("east"), new("west")] });
        Choose(model, "KE", Nairobi).ShouldBe("south");
        Choose(model, "KE", Nairobi, "south").ShouldBe("east");
        Choose(model, "KE", Nairobi, "south", "east").ShouldBe("west");
        Explain(model, "KE").Choice.Basis.ShouldBe(ChoiceBasis.Nothing);
    }

    [Fact]
    public void Choose_FirstComesBack_TakesItsPartOfTheClients()
    {
        var model = Model(new Policy { Name = "order", Kind = PolicyKind.Failover, Branches = [new("south"), new("east")] });
        var facts = new PolicyFacts([TargetFacts.AllOfIt, TargetFacts.Lost, new TargetFacts(true, 0.25)]);
        var south = Enumerable.Range(0, 10_000).Count(i => model.Choose(new ClientFacts(Key(i)), facts).Target == 2);
        south.ShouldBeInRange(2_300, 2_700);
        var back = model.Explain(new ClientFacts(Key(Enumerable.Range(0, 100).First(i => model.Choose(new ClientFacts(Key(i)), facts).Target == 0))), facts);
        back.Steps.ShouldHaveSingleItem().Reason.ShouldBe(ChoiceReason.ComingBack);
        back.Choice.Basis.ShouldBe(ChoiceBasis.Key);
        // alone it takes all
        model.Choose(new ClientFacts(1), facts with { Targets = facts.Targets.SetItem(0, TargetFacts.Lost) }).Target.ShouldBe(2);
    }

    [Fact]
    public void Choose_SharesOfZero_CountOnlyWhereNothingElseIsWell()
    {
        var model = Model(new Policy { Name = "w", Kind = PolicyKind.Weighted, Branches = [new("east", 0), new("west", 5), new("south", 0)] });
        Enumerable.Range(0, 100).ShouldAllBe(i => model.Choose(new ClientFacts(Key(i)), PolicyFacts.AllWell(3)).Target == 1);
        var lost = new PolicyFacts([TargetFacts.AllOfIt, TargetFacts.Lost, TargetFacts.AllOfIt]);
        Enumerable.Range(0, 1_000).Count(i => model.Choose(new ClientFacts(Key(i)), lost).Target == 0).ShouldBeInRange(420, 580);
    }

    [Fact]
    public void Choose_Precedence_AsksTheNextWhereOneHasNothingToSay()
    {
        var model = Compile(new PolicySet(Africa,
        [
            new Policy { Name = "all", Kind = PolicyKind.Precedence, Branches = [new("law"), new("quick"), new("parts")] },
            new Policy { Name = "law", Kind = PolicyKind.Geographic, Branches = [new("south") { Countries = [Country("ZA")] }] },
            new Policy { Name = "quick", Kind = PolicyKind.Latency, Branches = [new("east"), new("west")] },
            new Policy { Name = "parts", Kind = PolicyKind.Weighted, Branches = [new("west", 1)] },
        ], "all"));
        Choose(model, "ZA", Accra).ShouldBe("south");
        Choose(model, "GH", Accra).ShouldBe("west");
        Choose(model, "UG", Kampala).ShouldBe("east");
        Choose(model, "UG").ShouldBe("west", "nobody knows where it is, so its share decides");
        Explain(model, "UG").Steps.Select(static s => (s.Policy, s.Reason)).ShouldBe([("law", ChoiceReason.NothingToSay), ("quick", ChoiceReason.NothingToSay), ("parts", ChoiceReason.Share), ("all", ChoiceReason.First)]);
        // the law's branch is not well and there is no other: the next policy
        Choose(model, "ZA", Johannesburg, "south").ShouldBe("east");
    }

    [Fact]
    public void Choose_PrecedenceWithNothingToSay_TakesTheNearestElseTheFirst()
    {
        var model = Compile(new PolicySet(Africa,
        [
            new Policy { Name = "all", Kind = PolicyKind.Precedence, Branches = [new("inner")] },
            new Policy { Name = "inner", Kind = PolicyKind.Precedence, Branches = [new("law")] },
            new Policy { Name = "law", Kind = PolicyKind.Geographic, Branches = [new("east"), new("west"), new("south")] },
        ], "all"));
        Choose(model, "GH", Accra).ShouldBe("west");
        Choose(model, "GH").ShouldBe("east");
        Choose(model, "GH", lost: "east").ShouldBe("west");
        Explain(model, "GH").Steps[^1].ShouldBe(new ChoiceStep("all", PolicyKind.Precedence, ChoiceReason.Otherwise, null));
    }

    [Fact]
    public void Choose_NothingWell_ChoosesAsThoughAllWere()
    {
        var model = Model(new Policy { Name = "home", Kind = PolicyKind.Geographic, Branches = [new("east"), new("west"), new("south")] });
        var lost = new PolicyFacts([TargetFacts.Lost, TargetFacts.Lost, TargetFacts.Lost]);
        var choice = model.Explain(new ClientFacts(1, Country("NG")), lost);
        choice.Target.ShouldBe("west");
        choice.Choice.NothingWell.ShouldBeTrue();
        choice.ToString().ShouldEndWith("(nothing is well)");
    }

    [Fact]
    public void Choose_Always_AllocatesNothing()
    {
        var model = Compile(new PolicySet(Africa,
        [
            new Policy { Name = "all", Kind = PolicyKind.Precedence, Branches = [new("law"), new("quick"), new("parts")] },
            new Policy { Name = "law", Kind = PolicyKind.Geographic, Branches = [new("south") { Countries = [Country("ZA")] }] },
            new Policy { Name = "quick", Kind = PolicyKind.Latency, Branches = [new("east"), new("west")] },
            new Policy { Name = "parts", Kind = PolicyKind.Weighted, Branches = [new("east", 3), new("west", 1)] },
        ], "all"));
        var facts = PolicyFacts.AllWell(3);
        facts = facts with { Measured = facts.Measured.Add((Country("UG"), 0), 90) };
        ClientFacts[] clients = [new(1, Country("ZA"), Johannesburg), new(2, Country("UG"), Kampala), new(3)];
        foreach (var client in clients)
            model.Choose(client, facts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var client in clients)
            model.Choose(client, facts);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    public static TheoryData<string, Policy[]> Wrong => new()
    {
        { "no policy 'root'", [] },
        { "has no branch", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [] }] },
        { "neither a target nor a policy", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("north")] }] },
        { "neither a target nor a policy", [new Policy { Name = "root", Kind = PolicyKind.Geographic, Branches = [new("east")], Otherwise = "north" }] },
        { "only a geographic policy", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("east")], Otherwise = "west" }] },
        { "0 or more", [new Policy { Name = "root", Kind = PolicyKind.Weighted, Branches = [new("east", -1)] }] },
        { "0 or more", [new Policy { Name = "root", Kind = PolicyKind.Weighted, Branches = [new("east", double.NaN)] }] },
        { "0 or more", [new Policy { Name = "root", Kind = PolicyKind.Weighted, Branches = [new("east", double.PositiveInfinity)] }] },
        { "'east' twice", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("east"), new("east")] }] },
        { "to two branches", [new Policy { Name = "root", Kind = PolicyKind.Geographic, Branches = [new("east") { Countries = [Country("KE")] }, new("west") { Countries = [Country("KE")] }] }] },
        { "is there twice", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("east")] }, new Policy { Name = "east", Kind = PolicyKind.Failover, Branches = [new("west")] }] },
        { "back to itself", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("root")] }] },
        { "back to itself", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("a")] }, new Policy { Name = "a", Kind = PolicyKind.Geographic, Branches = [new("east")], Otherwise = "root" }] },
        { "more than 16 deep", [new Policy { Name = "root", Kind = PolicyKind.Failover, Branches = [new("p0")] }, .. Enumerable.Range(0, 20).Select(i => new Policy { Name = $"p{i}", Kind = PolicyKind.Failover, Branches = [new(i == 19 ? "east" : $"p{i + 1}")] })] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void TryCompile_WrongPolicies_SaysWhat(string problem, Policy[] policies)
    {
        PolicyModel.TryCompile(new PolicySet(Africa, [.. policies], "root"), out var model, out var problems).ShouldBeFalse();
        model.ShouldBeNull();
        problems.ShouldContain(p => p.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void TryCompile_NoTarget_SaysSo()
    {
        PolicyModel.TryCompile(new PolicySet([], [], "root"), out _, out var problems).ShouldBeFalse();
        problems.ShouldContain("there is no target to choose");
    }

    [Theory]
    [InlineData("ke", "KE")]
    [InlineData("NG", "NG")]
    public void CountryCode_Letters_AreRead(string text, string written) => Country(text).ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("KEN")]
    [InlineData("K1")]
    [InlineData("éé")]
    public void CountryCode_Other_IsNotRead(string text)
    {
        CountryCode.TryParse(text, out var country).ShouldBeFalse();
        country.IsKnown.ShouldBeFalse();
        country.ToString().ShouldBeEmpty();
    }

    internal static CountryCode Country(string code) => CountryCode.TryParse(code, out var country) ? country : throw new FormatException(code);

    internal static PolicyModel Compile(PolicySet set)
    {
        PolicyModel.TryCompile(set, out var model, out var problems).ShouldBeTrue(string.Join("; ", problems));
        return model!;
    }

    internal static ulong Key(int i) => new Banyan.Routing.Dns.NetworkAddress((UInt128)(uint)i << 96, IsIPv4: true).Hash();

    private static PolicyModel Model(Policy policy) => Compile(new PolicySet(Africa, [policy], policy.Name));

    private static string Choose(PolicyModel model, string? country, GeoPoint? at = null, params string[] lost) => Explain(model, country, at, lost).Target;

    private static string Choose(PolicyModel model, string? country, string lost) => Explain(model, country, null, lost).Target;

    private static ExplainedChoice Explain(PolicyModel model, string? country, string lost) => Explain(model, country, null, lost);

    private static ExplainedChoice Explain(PolicyModel model, string? country, GeoPoint? at = null, params string[] lost)
    {
        var facts = new PolicyFacts([.. model.Targets.Select(t => lost.Contains(t.Name) ? TargetFacts.Lost : TargetFacts.AllOfIt)]);
        var client = new ClientFacts(1, country is null ? default : Country(country), at);
        var explained = model.Explain(client, facts);
        explained.Choice.ShouldBe(model.Choose(client, facts));
        return explained;
    }
}
