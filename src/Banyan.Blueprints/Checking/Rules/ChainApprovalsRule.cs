using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ChainApprovalsRule() : Rule("chain.approvals", Severity.Error, "Consent to a failover on a chain that the platform does not run or use.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Chain?.Anchoring is not null)
            yield break;
        IEnumerable<FailoverPolicy?> all = [blueprint.Failover?.Region, .. blueprint.Tiers.Values.Select(static t => t.Failover), .. blueprint.Regions.Values.Select(static r => r.Failover)];
        foreach (var policy in all.OfType<FailoverPolicy>().Where(static p => p is { OnChain: true, Approvals.Count: > 0 }))
            yield return Found(blueprint, policy, "on_chain", $"{string.Join(", ", policy.Approvals)} must consent on the chain, and the blueprint has none that up runs or uses", "write chain: { anchoring: { every: 10s } }, or leave on_chain out");
    }
}
