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

    /// <summary>Whether branches of a policy can be divided: who its clients are is not a matter of where its targets are.</summary>
    public static bool CanShift(Policy policy) => policy.Kind switch
    {
        PolicyKind.Weighted or PolicyKind.Failover => true,
        PolicyKind.Geographic => policy.Branches.Any(static b => !b.Countries.IsEmpty),
        _ => false,
    };

    /// <summary>Why a shift counts for nothing here, in one line; null where it counts.</summary>
    public static string? FindProblem(PolicySet set, ShiftRecord record)
    {
        if (set.Policies.FirstOrDefault(p => p.Name == record.Policy) is not { } policy)
            return "the blueprint has no such policy";
        if (Written(policy) != record.Written)
            return "the blueprint says something else since it began, and that counts";
        return CanShift(policy) && policy.Branches.Any(b => b.To == record.Branch && (policy.Kind != PolicyKind.Geographic || !b.Countries.IsEmpty))
            ? null : $"it has no branch to '{record.Branch}' that could be divided";
    }

    /// <summary>The branch that traffic leaves is divided in two. It keeps its share, its place and its clients, so that nobody else moves.</summary>
    private static PolicySet Apply(PolicySet set, ShiftRecord record, int index)
    {
        // What has returned to what the blueprint says needs nothing.
        if (record.State.Phase == ShiftPhase.Returned && record.Branch == record.Plan.From)
            return set;
        var policy = set.Policies.First(p => p.Name == record.Policy);
        var divided = new Policy { Name = $"(shift) {policy.Name}", Kind = PolicyKind.Weighted, Branches = [new PolicyBranch(record.Branch)] };
        divided = Mark(Shift.Apply(record.Plan, record.State, divided), record.Plan, index);
        var around = policy with { Branches = [.. policy.Branches.Select(b => b.To == record.Branch ? b with { To = divided.Name, DrawsAs = b.DrawsAs ?? b.To } : b)] };
        return set with { Policies = [.. set.Policies.Select(p => p.Name == policy.Name ? around : p), divided] };
    }

    private static Policy Mark(Policy policy, ShiftPlan plan, int index) => index < 0 ? policy : policy with
    {
        Branches = [.. policy.Branches.Select(b => b.To == plan.From ? b with { Mark = ShiftCount.OldMark(index) } : b.To == plan.To ? b with { Mark = ShiftCount.NewMark(index) } : b)],
    };
}
