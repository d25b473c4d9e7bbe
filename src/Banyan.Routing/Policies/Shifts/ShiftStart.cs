using System.Collections.Immutable;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>What someone asks for who wants traffic to shift. Immutable.</summary>
/// <param name="Policy">The policy whose traffic it is.</param>
/// <param name="To">The branch that gets it: a target or another policy.</param>
public sealed record ShiftRequest(string Policy, string To)
{
    /// <summary>The branch that it leaves; null: the only other one, or a failover's first.</summary>
    public string? From { get; init; }

    /// <summary>Steps, windows and what is accepted; its sides don't count.</summary>
    public required ShiftPlan Plan { get; init; }

    /// <summary>Who asks.</summary>
    public required string By { get; init; }
}

/// <summary>Makes a shift of a request, or says why there can be none. Pure.</summary>
public static class ShiftStart
{
    /// <summary>Makes it.</summary>
    /// <param name="set">The blueprint's policies.</param>
    /// <param name="previous">The policy's last shift; null where there was none.</param>
    /// <param name="id">Never used before.</param>
    /// <param name="problem">Why not, and what to do, in one line.</param>
    public static ShiftRecord? Make(PolicySet set, ShiftRecord? previous, ShiftRequest request, string id, DateTimeOffset now, out string? problem)
    {
        problem = null;
        if (set.Policies.FirstOrDefault(p => p.Name == request.Policy) is not { } policy || !ShiftedPolicies.CanShift(policy))
        {
            var could = string.Join(", ", set.Policies.Where(ShiftedPolicies.CanShift).Select(static p => p.Name));
            problem = $"{(set.Policies.Any(p => p.Name == request.Policy) ? $"no share of policy '{request.Policy}' can move" : $"the blueprint has no policy '{request.Policy}'")}: {(could.Length == 0 ? "none of its policies has shares (weighted), an order (failover) or areas (geographic)" : $"shares of {could} can")}";
            return null;
        }

        if (previous is { State.Phase: ShiftPhase.Watching } && ShiftedPolicies.FindProblem(set, previous) is null)
            problem = $"{policy.Name} shifts from {previous.Plan.From} to {previous.Plan.To} now: wait for its end, or take it back with `banyan shift {policy.Name} --back`";
        // What an earlier shift has moved and the blueprint does not say.
        var moved = previous is not null && ShiftedPolicies.Make(set, [previous], static _ => new ShiftCount()) is var effect && !ReferenceEquals(effect.Set, set) ? previous : null;
        if (problem is null && moved is not null && request.To != moved.Plan.To && request.To != moved.Plan.From)
            problem = $"{policy.Name} has {moved.Plan.To} in the place of {moved.Plan.From} by an earlier shift: write that into the blueprint, or undo it with `banyan shift {policy.Name} --forget`";
        var from = request.From ?? (moved is null ? FromOf(policy, request.To) : request.To == moved.Plan.To ? moved.Plan.From : moved.Plan.To);
        if (problem is null && from is null)
            problem = $"say what '{request.To}' takes its share from: --from {string.Join('|', policy.Branches.Select(static b => b.To).Where(to => to != request.To))}";
        if (problem is not null)
            return null;
        var already = moved is not null && (request.To == moved.Plan.To ? moved.State.PartOfNew(moved.Plan) : 1 - moved.State.PartOfNew(moved.Plan)) >= 1;
        var plan = request.Plan with { From = from!, To = request.To };
        problem = already ? $"'{request.To}' has all of it already" : plan.Steps.Length > ShiftRecord.MostSteps ? $"a shift has {ShiftRecord.MostSteps} steps at most" : plan.FindProblems().FirstOrDefault();
        if (problem is not null)
            return null;
        var state = Shift.Begin(now, default, default);
        var record = new ShiftRecord { Id = id, Policy = policy.Name, Plan = plan, State = state, Branch = moved?.Branch ?? from!, Written = ShiftedPolicies.Written(policy), By = request.By, Began = now }
            .With(state, now, FormattableString.Invariant($"begun by {request.By}: {plan.Steps[0]:0.###} % of what {from} has goes to {request.To}"));
        problem = ShiftedPolicies.Make(set, [record], static _ => new ShiftCount()).Problems.FirstOrDefault();
        return problem is null ? record : null;
    }

    /// <summary>Where a share is taken from if nobody says it.</summary>
    private static string? FromOf(Policy policy, string to)
    {
        ImmutableArray<PolicyBranch> others = [.. policy.Branches.Where(b => b.To != to && b.Share > 0)];
        return policy.Kind == PolicyKind.Failover || others.Length == 1 ? others.FirstOrDefault()?.To : null;
    }
}
