using System.Collections.Immutable;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;

namespace Banyan.Routing.Tests.Policies;

/// <summary>What must hold for any policies, facts and clients. All chance comes from the seed.</summary>
public class PolicyPropertyTests
{
    private static readonly string[] Countries = ["KE", "NG", "ZA", "EG", "US", "DE"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Choose_AnyPolicies_NeverTakesALostTargetWhileALiveOneIsThere(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var (set, model) = RandomPolicies(random);
            for (var i = 0; i < 20; i++)
            {
                var facts = RandomFacts(random, set.Targets.Length);
                var client = RandomClient(random);
                var explained = model.Explain(client, facts);
                var reachable = Reachable(set, set.Root).ToHashSet(StringComparer.Ordinal);
                reachable.ShouldContain(explained.Target);
                var anyWell = reachable.Any(name => facts.Targets[IndexOf(set, name)].Well);
                if (anyWell)
                    facts.Targets[explained.Choice.Target].Well.ShouldBeTrue($"seed {seed}, round {round}: {explained}");
                explained.Choice.NothingWell.ShouldBe(!anyWell);
                // deterministic, and a client sticks
                model.Choose(client, facts).ShouldBe(explained.Choice);
                PolicyModelTests.Compile(set).Choose(client, facts).ShouldBe(explained.Choice);
            }
        }
    }

    /// <summary>What a choice says that it depended on is all that it depended on.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Choose_WhatItDoesNotDependOn_MakesNoDifference(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var (set, model) = RandomPolicies(random);
            var facts = RandomFacts(random, set.Targets.Length);
            var client = RandomClient(random);
            var choice = model.Choose(client, facts);
            for (var i = 0; i < 10; i++)
            {
                var other = RandomClient(random);
                if (choice.Basis.HasFlag(ChoiceBasis.Key))
                    other = other with { Key = client.Key };
                if (choice.Basis.HasFlag(ChoiceBasis.Place))
                    other = other with { Country = client.Country, At = client.At };
                model.Choose(other, facts).Target.ShouldBe(choice.Target, $"seed {seed}, round {round}, {choice.Basis}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Choose_Weighted_SharesConvergeToTheWeights(int seed)
    {
        var random = new Random(seed);
        double[] shares = [70, 20, 10];
        var model = Weighted(shares);
        var keys = Keys(random, 60_000);
        ShouldBeNear(Count(model, keys, PolicyFacts.AllWell(3)), [0.7, 0.2, 0.1]);
        // a region goes: the others have its clients by their shares
        ShouldBeNear(Count(model, keys, Facts(1, 0, 1)), [0.875, 0, 0.125]);
        // it comes back with a tenth of its share
        ShouldBeNear(Count(model, keys, Facts(1, 0.1, 1)), [70 / 82.0, 2 / 82.0, 10 / 82.0]);
    }

    [Fact]
    public void Choose_OneIsLost_OnlyItsClientsMove()
    {
        var model = Weighted([5, 3, 2, 1]);
        var keys = Keys(new Random(4), 20_000);
        foreach (var lost in Enumerable.Range(0, 4))
        {
            var facts = new PolicyFacts([.. Enumerable.Range(0, 4).Select(i => i == lost ? TargetFacts.Lost : TargetFacts.AllOfIt)]);
            foreach (var key in keys)
            {
                var before = model.Choose(new ClientFacts(key), PolicyFacts.AllWell(4)).Target;
                var after = model.Choose(new ClientFacts(key), facts).Target;
                if (before != lost)
                    after.ShouldBe(before);
            }
        }
    }

    [Fact]
    public void Choose_OneComesBackStepByStep_ClientsMoveToItAndNowhereElse()
    {
        var model = Weighted([5, 3, 2]);
        var keys = Keys(new Random(5), 10_000);
        var before = keys.Select(k => model.Choose(new ClientFacts(k), Facts(0, 1, 1)).Target).ToArray();
        foreach (var ramp in (double[])[0.1, 0.3, 0.6, 1])
        {
            var after = keys.Select(k => model.Choose(new ClientFacts(k), Facts(ramp, 1, 1)).Target).ToArray();
            for (var i = 0; i < keys.Length; i++)
                (after[i] == before[i] || after[i] == 0).ShouldBeTrue();
            before = after;
        }
    }

    /// <summary>A policy inside another chooses as the two, one after the other.</summary>
    [Fact]
    public void Choose_Nested_EqualsComposition()
    {
        ImmutableArray<PolicyTarget> targets = [.. Enumerable.Range(0, 4).Select(static i => new PolicyTarget($"t{i}") { At = new GeoPoint(i * 10, 0) })];
        Policy left = new() { Name = "left", Kind = PolicyKind.Weighted, Branches = [new("t0", 1), new("t1", 2)] };
        Policy right = new() { Name = "right", Kind = PolicyKind.Nearest, Branches = [new("t2"), new("t3")] };
        Policy outer = new() { Name = "outer", Kind = PolicyKind.Weighted, Branches = [new("left", 3), new("right", 1)] };
        var nested = PolicyModelTests.Compile(new PolicySet(targets, [left, right, outer], "outer"));
        var outerAlone = PolicyModelTests.Compile(new PolicySet([new("left"), new("right")], [outer], "outer"));
        var leftAlone = PolicyModelTests.Compile(new PolicySet(targets, [left], "left"));
        var rightAlone = PolicyModelTests.Compile(new PolicySet(targets, [right], "right"));
        var random = new Random(6);
        for (var i = 0; i < 5_000; i++)
        {
            var client = RandomClient(random);
            var facts = RandomFacts(random, 4, ramps: false);
            if (facts.Targets.All(static t => !t.Well))
                continue;
            var side = outerAlone.Choose(client, new PolicyFacts([new TargetFacts(facts.Targets[0].Well || facts.Targets[1].Well), new TargetFacts(facts.Targets[2].Well || facts.Targets[3].Well)])).Target;
            nested.Choose(client, facts).Target.ShouldBe((side == 0 ? leftAlone : rightAlone).Choose(client, facts).Target);
        }
    }

    /// <summary>Who falls where in one policy says nothing about where in another.</summary>
    [Fact]
    public void Choose_TwoWeightedPolicies_AreIndependent()
    {
        ImmutableArray<PolicyTarget> targets = [new("a"), new("b"), new("c")];
        Policy inner = new() { Name = "inner", Kind = PolicyKind.Weighted, Branches = [new("b", 1), new("c", 1)] };
        Policy outer = new() { Name = "outer", Kind = PolicyKind.Weighted, Branches = [new("a", 1), new("inner", 1)] };
        var model = PolicyModelTests.Compile(new PolicySet(targets, [inner, outer], "outer"));
        ShouldBeNear(Count(model, Keys(new Random(7), 60_000), PolicyFacts.AllWell(3)), [0.5, 0.25, 0.25]);
    }

    private static PolicyModel Weighted(double[] shares) => PolicyModelTests.Compile(new PolicySet(
        [.. shares.Select(static (_, i) => new PolicyTarget($"t{i}"))],
        [new Policy { Name = "w", Kind = PolicyKind.Weighted, Branches = [.. shares.Select(static (s, i) => new PolicyBranch($"t{i}", s))] }], "w"));

    private static PolicyFacts Facts(params double[] ramps) => new([.. ramps.Select(static r => r > 0 ? new TargetFacts(true, r) : TargetFacts.Lost)]);

    private static ulong[] Keys(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64())];

    private static double[] Count(PolicyModel model, ulong[] keys, PolicyFacts facts)
    {
        var counts = new double[facts.Targets.Length];
        foreach (var key in keys)
            counts[model.Choose(new ClientFacts(key), facts).Target]++;
        return [.. counts.Select(c => c / keys.Length)];
    }

    private static void ShouldBeNear(double[] shares, double[] expected)
    {
        for (var i = 0; i < shares.Length; i++)
            shares[i].ShouldBe(expected[i], 0.01); // five standard errors of 60,000
    }

    internal static (PolicySet Set, PolicyModel Model) RandomPolicies(Random random)
    {
        ImmutableArray<PolicyTarget> targets = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => new PolicyTarget($"t{i}") { At = random.Next(4) == 0 ? null : RandomPlace(random), Country = RandomCountry(random) })];
        var policies = new List<Policy>();
        for (var i = random.Next(4); i >= 0; i--)
        {
            // only to policies that are there already, so there is no circle
            var names = targets.Select(static t => t.Name).Concat(policies.Select(static p => p.Name)).OrderBy(_ => random.Next()).Take(random.Next(1, 5)).ToArray();
            var kind = (PolicyKind)random.Next(6);
            var areas = kind == PolicyKind.Geographic && random.Next(2) == 0 ? Countries.OrderBy(_ => random.Next()).ToArray() : [];
            policies.Add(new Policy
            {
                Name = $"p{policies.Count}",
                Kind = kind,
                Otherwise = kind == PolicyKind.Geographic && random.Next(2) == 0 ? targets[random.Next(targets.Length)].Name : null,
                Branches = [.. names.Select((n, at) => new PolicyBranch(n, random.Next(4)) { Countries = [.. areas.Where((_, a) => a % (names.Length + 1) == at).Select(PolicyModelTests.Country)] })],
            });
        }

        var set = new PolicySet(targets, [.. policies], policies[^1].Name);
        return (set, PolicyModelTests.Compile(set));
    }

    private static PolicyFacts RandomFacts(Random random, int targets, bool ramps = true) => new(
        [.. Enumerable.Range(0, targets).Select(_ => random.Next(3) == 0 ? TargetFacts.Lost : new TargetFacts(true, ramps && random.Next(2) == 0 ? random.NextDouble() : 1))])
    {
        Measured = random.Next(2) == 0 ? PolicyFacts.AllWell(0).Measured : Countries.SelectMany(c => Enumerable.Range(0, targets).Select(t => (c, t))).Where(_ => random.Next(2) == 0).ToImmutableDictionary(c => (PolicyModelTests.Country(c.c), c.t), _ => random.NextDouble() * 300),
    };

    private static ClientFacts RandomClient(Random random) => new((ulong)random.NextInt64(), RandomCountry(random), random.Next(3) == 0 ? null : RandomPlace(random));

    private static CountryCode RandomCountry(Random random) => random.Next(4) == 0 ? default : PolicyModelTests.Country(Countries[random.Next(Countries.Length)]);

    private static GeoPoint RandomPlace(Random random) => new((random.NextDouble() * 180) - 90, (random.NextDouble() * 360) - 180);

    private static IEnumerable<string> Reachable(PolicySet set, string name) => set.Policies.FirstOrDefault(p => p.Name == name) is { } policy
        ? policy.Branches.Select(static b => b.To).Concat(policy.Otherwise is null ? [] : [policy.Otherwise]).SelectMany(to => Reachable(set, to))
        : [name];

    private static int IndexOf(PolicySet set, string target) => set.Targets.Select(static t => t.Name).ToList().IndexOf(target);
}
