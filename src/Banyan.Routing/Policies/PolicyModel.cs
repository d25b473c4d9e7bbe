using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Banyan.Routing.Policies;

/// <summary>
/// Compiled policies: facts and a client in, a target out. Pure: the same facts and client give the same choice, in every
/// process. A target that is not well is never chosen while one that is could be. Immutable; allocates nothing per choice.
/// </summary>
public sealed partial class PolicyModel
{
    private readonly Node _root;

    private PolicyModel(ImmutableArray<PolicyTarget> targets, Node root) => (Targets, _root) = (targets, root);

    /// <summary>What can be chosen; choices and facts go by the index.</summary>
    public ImmutableArray<PolicyTarget> Targets { get; }

    /// <summary>Compiles policies.</summary>
    /// <param name="problems">What makes that impossible, one line each; empty where it worked.</param>
    public static bool TryCompile(PolicySet set, [NotNullWhen(true)] out PolicyModel? model, out ImmutableArray<string> problems)
    {
        problems = [.. PolicyRules.FindProblems(set)];
        model = problems.IsEmpty ? new PolicyModel(set.Targets, Compile(set.Root, set)) : null;
        return model is not null;
    }

    /// <summary>Chooses a target.</summary>
    /// <param name="facts">About as many targets as there are.</param>
    public PolicyChoice Choose(in ClientFacts client, PolicyFacts facts)
    {
        var trace = default(NoTrace);
        return Choose(client, facts, ref trace);
    }

    /// <summary>Chooses a target, and says why.</summary>
    public ExplainedChoice Explain(in ClientFacts client, PolicyFacts facts)
    {
        var trace = new StepTrace([]);
        var choice = Choose(client, facts, ref trace);
        return new ExplainedChoice(choice, Targets[choice.Target].Name, [.. trace.Steps]);
    }

    private PolicyChoice Choose<TTrace>(in ClientFacts client, PolicyFacts facts, ref TTrace trace)
        where TTrace : struct, ITrace
    {
        var nothingWell = true;
        foreach (var leaf in _root.Leaves)
            nothingWell &= !facts.Targets[leaf].Well;
        var choosing = new Choosing<TTrace>(this, client, facts, nothingWell, ref trace);
        var chosen = choosing.Choose(_root, mayPass: false);
        return new PolicyChoice(chosen, choosing.Basis, nothingWell, choosing.Marks);
    }

    private static Node Compile(string name, PolicySet set, uint mark = 0)
    {
        for (var i = 0; i < set.Targets.Length; i++)
        {
            if (set.Targets[i].Name == name)
                return new Node { Name = name, Target = i, Leaves = [i], Mark = mark };
        }

        var policy = set.Policies.First(p => p.Name == name);
        Branch[] branches = [.. policy.Branches.Select(b => new Branch(Compile(b.To, set, b.Mark), b.Share, StableHash(policy.Name, b.DrawsAs ?? b.To)))];
        var otherwise = policy.Otherwise is null ? null : Compile(policy.Otherwise, set);
        return new Node
        {
            Name = name,
            Target = -1,
            Kind = policy.Kind,
            Mark = mark,
            Branches = branches,
            Otherwise = otherwise,
            Countries = policy.Branches.SelectMany((b, i) => b.Countries.Select(c => KeyValuePair.Create(c, i))).ToFrozenDictionary(),
            Leaves = [.. branches.SelectMany(static b => b.To.Leaves).Concat(otherwise?.Leaves ?? []).Distinct().Order()],
        };
    }

    /// <summary>FNV-1a: the same in every process and version, so that clients stay where they are.</summary>
    private static ulong StableHash(string policy, string branch)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var c in $"{policy}/{branch}")
            hash = (hash ^ c) * 0x100000001B3;
        return hash;
    }

    private sealed class Node
    {
        public required string Name { get; init; }

        /// <summary>The target's index; -1 for a policy.</summary>
        public required int Target { get; init; }

        public PolicyKind Kind { get; init; }

        /// <summary>Of the branch that leads here: every branch has a node of its own.</summary>
        public uint Mark { get; init; }

        public Branch[] Branches { get; init; } = [];

        public Node? Otherwise { get; init; }

        public FrozenDictionary<CountryCode, int> Countries { get; init; } = FrozenDictionary<CountryCode, int>.Empty;

        /// <summary>All targets that it may lead to.</summary>
        public required int[] Leaves { get; init; }
    }

    private sealed record Branch(Node To, double Share, ulong Salt);

    private interface ITrace
    {
        void Add(Node policy, ChoiceReason reason, Node? branch);
    }

    private readonly struct NoTrace : ITrace
    {
        public void Add(Node policy, ChoiceReason reason, Node? branch)
        {
        }
    }

    private readonly struct StepTrace(List<ChoiceStep> steps) : ITrace
    {
        public List<ChoiceStep> Steps => steps;

        public void Add(Node policy, ChoiceReason reason, Node? branch) => steps.Add(new ChoiceStep(policy.Name, policy.Kind, reason, branch?.Name));
    }
}
