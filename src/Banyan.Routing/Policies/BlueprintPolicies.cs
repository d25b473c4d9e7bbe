using System.Collections.Immutable;
using Banyan.Blueprints.Model;

namespace Banyan.Routing.Policies;

/// <summary>Policies as a blueprint says them.</summary>
public static class BlueprintPolicies
{
    /// <summary>Name of the policy that is asked first.</summary>
    public const string Root = "(routing)";

    /// <summary>Name of the policy that is asked last: the nearest of all regions.</summary>
    public const string Last = "(nearest)";

    /// <summary>
    /// Reads the policies. Those that no other one leads to are asked by the blueprint's precedence; where it says none,
    /// first geographic ones (a law is not a matter of speed), then latency, nearest, weighted, failover.
    /// </summary>
    /// <param name="blueprint">Free of errors.</param>
    /// <param name="targets">What can be chosen: the regions that run.</param>
    /// <param name="notes">Branches that are left out because their region does not run, one line each.</param>
    public static PolicySet Read(Blueprint blueprint, ImmutableArray<PolicyTarget> targets, out ImmutableArray<string> notes)
    {
        var left = new List<string>();
        var known = targets.Select(static t => t.Name).ToHashSet(StringComparer.Ordinal);
        var routing = blueprint.Routing;
        var policies = new List<Policy>();
        // A policy without a branch leads nowhere, and so do those that lead only to it.
        foreach (var policy in InOrder(routing))
        {
            known.Add(policy.Name);
            var read = Read(policy, targets, known, left);
            if (read.Branches.IsEmpty)
                known.Remove(policy.Name);
            else
                policies.Add(read);
        }

        var below = policies.SelectMany(static p => p.Branches.Select(static b => b.To).Append(p.Otherwise)).ToHashSet(StringComparer.Ordinal);
        var precedence = routing?.Precedence ?? [];
        List<Policy> first = [.. precedence.Count > 0
            ? policies.Where(p => precedence.Contains(p.Name)).OrderBy(p => IndexOf(precedence, p.Name))
            : policies.Where(p => !below.Contains(p.Name)).OrderBy(static p => p.Kind)];
        policies.Add(NearestOf(targets));
        policies.Add(new Policy { Name = Root, Kind = PolicyKind.Precedence, Branches = [.. first.Select(static p => new PolicyBranch(p.Name)), new PolicyBranch(Last)] });
        notes = [.. left];
        return new PolicySet(targets, [.. policies], Root);
    }

    /// <summary>The nearest of all; the first where nobody knows where a client is.</summary>
    public static PolicySet Nearest(ImmutableArray<PolicyTarget> targets) => new(targets, [NearestOf(targets)], Last);

    private static Policy NearestOf(ImmutableArray<PolicyTarget> targets) => new() { Name = Last, Kind = PolicyKind.Nearest, Branches = [.. targets.Select(static t => new PolicyBranch(t.Name))] };

    /// <summary>Policies after those that they lead to.</summary>
    private static List<RoutingPolicy> InOrder(Blueprints.Model.Routing? routing)
    {
        var ordered = new List<RoutingPolicy>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var policy in routing?.Policies.Values ?? [])
            Visit(policy);
        return ordered;

        void Visit(RoutingPolicy policy)
        {
            if (!seen.Add(policy.Name))
                return;
            foreach (var to in policy.Shares.Keys.Concat(policy.Areas.Values).Concat(policy.Among).Append(policy.Otherwise))
            {
                if (routing!.Policies.Find(to) is { } below)
                    Visit(below);
            }

            ordered.Add(policy);
        }
    }

    private static Policy Read(RoutingPolicy policy, ImmutableArray<PolicyTarget> targets, HashSet<string> known, List<string> notes)
    {
        var branches = Branches(policy, targets).Where(b => IsKnown(b.To)).ToImmutableArray();
        return new Policy
        {
            Name = policy.Name,
            Kind = policy.Kind switch
            {
                RoutingKind.Geographic => PolicyKind.Geographic,
                RoutingKind.Latency => PolicyKind.Latency,
                RoutingKind.Weighted => PolicyKind.Weighted,
                RoutingKind.Nearest => PolicyKind.Nearest,
                _ => PolicyKind.Failover,
            },
            Branches = branches,
            Otherwise = policy.Kind == RoutingKind.Geographic && policy.Otherwise is { } otherwise && IsKnown(otherwise) ? otherwise : null,
        };

        bool IsKnown(string to)
        {
            if (known.Contains(to) && to != policy.Name)
                return true;
            notes.Add($"policy '{policy.Name}': '{to}' does not run here, so its part goes to the others");
            return false;
        }
    }

    private static IEnumerable<PolicyBranch> Branches(RoutingPolicy policy, ImmutableArray<PolicyTarget> targets)
    {
        if (policy.Kind == RoutingKind.Weighted && policy.Shares.Count > 0)
            return policy.Shares.Select(static s => new PolicyBranch(s.Key, (double)s.Value.Percent));
        if (policy.Kind == RoutingKind.Geographic && policy.Areas.Count > 0)
            return ByArea(policy);
        return policy.Among.Count > 0 ? policy.Among.Distinct().Select(static to => new PolicyBranch(to)) : targets.Select(static t => new PolicyBranch(t.Name));
    }

    /// <summary>A country that is named itself does not count as part of an area that is named, too; of two areas the first has it.</summary>
    private static IEnumerable<PolicyBranch> ByArea(RoutingPolicy policy)
    {
        var taken = new Dictionary<CountryCode, string>();
        foreach (var (area, to) in policy.Areas.OrderBy(static a => Areas.Find(a.Key) is null ? 0 : 1))
        {
            foreach (var code in Areas.Find(area) ?? [area])
            {
                if (CountryCode.TryParse(code, out var country))
                    taken.TryAdd(country, to);
            }
        }

        return policy.Areas.Values.Distinct().Select(to => new PolicyBranch(to) { Countries = [.. taken.Where(t => t.Value == to).Select(static t => t.Key)] });
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return i;
        }

        return names.Count;
    }
}
