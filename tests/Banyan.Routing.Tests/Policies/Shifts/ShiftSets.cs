using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Shifts;

namespace Banyan.Routing.Tests.Policies.Shifts;

/// <summary>Policies and shifts that tests are about.</summary>
internal static class ShiftSets
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Policy Weighted(string name, params (string To, double Share)[] shares) => new() { Name = name, Kind = PolicyKind.Weighted, Branches = [.. shares.Select(static s => new PolicyBranch(s.To, s.Share))] };

    public static PolicySet Of(Policy policy, params string[] targets) => new([.. targets.Select(static t => new PolicyTarget(t))], [policy], policy.Name);

    public static ShiftRequest Request(string policy, string to, string? from = null, ShiftPlan? plan = null) => new(policy, to) { From = from, By = "someone", Plan = plan ?? new ShiftPlan { From = "", To = "" } };

    public static ShiftRecord Begin(PolicySet set, ShiftRequest request, ShiftRecord? previous = null) =>
        ShiftStart.Make(set, previous, request, Guid.NewGuid().ToString("N"), Start, out var problem) ?? throw new InvalidOperationException(problem);

    public static ShiftRecord At(this ShiftRecord shift, ShiftPhase phase, int step = 0) => shift with { State = shift.State with { Phase = phase, Step = step } };

    /// <summary>Where so many clients go, in parts.</summary>
    public static Dictionary<string, double> PartsOf(PolicySet set, params ShiftRecord[] shifts)
    {
        const int Clients = 20_000;
        var model = ShiftedPolicies.Make(set, shifts, static id => new ShiftCount { Id = id }).Model;
        var facts = PolicyFacts.AllWell(set.Targets.Length);
        var random = new Random(1);
        return Enumerable.Range(0, Clients).Select(_ => set.Targets[model.Choose(new ClientFacts((ulong)random.NextInt64()), facts).Target].Name).GroupBy(static t => t).ToDictionary(static g => g.Key, static g => (double)g.Count() / Clients);
    }
}
