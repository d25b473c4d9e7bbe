using System.Collections.Immutable;
using System.Globalization;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>Policies with the shifts that are under way, or have ended, in them. Pure but for the counts, which are the caller's.</summary>
internal sealed class ShiftedPolicies
{
    /// <summary>So many shifts are followed at once; each needs two marks.</summary>
    public const int Most = 16;

    private ShiftedPolicies(PolicySet set, PolicyModel model, ImmutableArray<ShiftCount> counts, ImmutableArray<string> problems) => (Set, Model, Counts, Problems) = (set, model, counts, problems);

    public PolicySet Set { get; }

    public PolicyModel Model { get; }

    /// <summary>Counts of the shifts that are being watched, by the index of their marks.</summary>
    public ImmutableArray<ShiftCount> Counts { get; }

    /// <summary>Why shifts are left out, one line each.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>Puts the shifts into policies; one that can't be followed is left out.</summary>
    /// <param name="set">The blueprint's; free of problems.</param>
    /// <param name="countOf">Gives the counts of a shift by its id.</param>
    public static ShiftedPolicies Make(PolicySet set, IEnumerable<ShiftRecord> records, Func<string, ShiftCount> countOf)
    {
        if (!PolicyModel.TryCompile(set, out var model, out var wrong))
            throw new ArgumentException(string.Join("; ", wrong), nameof(set));
        var counts = ImmutableArray.CreateBuilder<ShiftCount>();
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var record in records.OrderBy(static r => r.Policy, StringComparer.Ordinal))
        {
            var watching = record.State.Phase == ShiftPhase.Watching;
            if (watching && counts.Count == Most)
            {
                problems.Add($"shift of '{record.Policy}': more than {Most} at once");
                continue;
            }

            if (FindProblem(set, record) is { } problem)
            {
                problems.Add($"shift of '{record.Policy}': {problem}");
                continue;
            }

            var shifted = Apply(set, record, watching ? counts.Count : -1);
            if (!PolicyModel.TryCompile(shifted, out var compiled, out wrong))
            {
                problems.Add($"shift of '{record.Policy}': {string.Join("; ", wrong)}");
                continue;
            }

            (set, model) = (shifted, compiled);
            if (watching)
                counts.Add(countOf(record.Id));
        }

        return new ShiftedPolicies(set, model, counts.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>A policy in words, to see whether a blueprint says something else than before.</summary>
    public static string Written(Policy policy) => string.Create(CultureInfo.InvariantCulture,
        $"{policy.Kind}: {string.Join(", ", policy.Branches.Select(static b => string.Create(CultureInfo.InvariantCulture, $"{b.To}={b.Share}{string.Concat(b.Countries.Select(static c => $" {c}"))}")))}; {policy.Otherwise}");

    /// <summary>The part that the new side has of both, before any shift: 0 to 1.</summary>
    public static double PartBefore(Policy policy, string from, string to)
    {
        if (policy.Kind != PolicyKind.Weighted)
            return 0;
        var (old, @new) = (ShareOf(policy, from), ShareOf(policy, to));
        return old + @new > 0 ? @new / (old + @new) : 0;
    }

    /// <summary>Why a shift counts for nothing here, in one line; null where it counts.</summary>
    public static string? FindProblem(PolicySet set, ShiftRecord record)
    {
        if (set.Policies.FirstOrDefault(p => p.Name == record.Policy) is not { } policy)
            return "the blueprint has no such policy";
        if (Written(policy) != record.Written)
            return "the blueprint says something else since it began, and that counts";
        if (policy.Kind == PolicyKind.Weighted)
            return ShareOf(policy, record.Plan.From) + ShareOf(policy, record.Plan.To) > 0 ? null : $"it gives neither '{record.Plan.From}' nor '{record.Plan.To}' a share";
        if (policy.Kind is not (PolicyKind.Failover or PolicyKind.Geographic))
            return $"it goes by {policy.Kind.ToString().ToLowerInvariant()}: no share of it can move";
        return policy.Branches.Any(b => b.To == record.Branch && (policy.Kind == PolicyKind.Failover || !b.Countries.IsEmpty)) ? null : $"it has no branch to '{record.Branch}' that could be divided";
    }

    private static PolicySet Apply(PolicySet set, ShiftRecord record, int index)
    {
        var policy = set.Policies.First(p => p.Name == record.Policy);
        var fresh = policy.Kind != PolicyKind.Weighted && record.Branch == record.Plan.From;
        // What has returned to what the blueprint says needs nothing; the new side may not even be in it.
        if (record.State.Phase == ShiftPhase.Returned && (policy.Kind == PolicyKind.Weighted ? Math.Abs(PartBefore(policy, record.Plan.From, record.Plan.To) - record.Plan.Before) < 1e-9 : fresh && record.Plan.Before == 0))
            return set;
        if (policy.Kind == PolicyKind.Weighted)
            return Replace(set, Mark(Shift.Apply(record.Plan, record.State, policy), record.Plan, index));
        var divided = new Policy { Name = $"(shift) {policy.Name}", Kind = PolicyKind.Weighted, Branches = [new PolicyBranch(record.Branch)] };
        divided = Mark(Shift.Apply(record.Plan, record.State, divided), record.Plan, index);
        var around = policy with { Branches = [.. policy.Branches.Select(b => b.To == record.Branch ? b with { To = divided.Name } : b)] };
        return Replace(set, around) with { Policies = [.. Replace(set, around).Policies, divided] };
    }

    private static Policy Mark(Policy policy, ShiftPlan plan, int index) => index < 0 ? policy : policy with
    {
        Branches = [.. policy.Branches.Select(b => b.To == plan.From ? b with { Mark = ShiftCount.OldMark(index) } : b.To == plan.To ? b with { Mark = ShiftCount.NewMark(index) } : b)],
    };

    private static PolicySet Replace(PolicySet set, Policy policy) => set with { Policies = [.. set.Policies.Select(p => p.Name == policy.Name ? policy : p)] };

    private static double ShareOf(Policy policy, string to) => policy.Branches.FirstOrDefault(b => b.To == to)?.Share ?? 0;
}
