using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class FailoverRoutingRule() : Rule("routing.failover", Severity.Error, "Routing that can't take clients elsewhere within the RTO.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Routing is not { } routing)
            yield break;
        var rto = blueprint.Objectives?.Rto;
        foreach (var policy in routing.Policies.Values.Where(p => p.Kind == RoutingKind.Failover))
        {
            var check = policy.HealthCheck ?? routing.HealthChecks;
            if (check is null)
            {
                yield return Found(blueprint, policy, null, $"routing policy {policy.Name} fails over, but nothing checks the health of its regions", "declare health checks", Severity.Warning);
                continue;
            }

            var detect = check.Every?.Value * (check.Threshold ?? 1) ?? TimeSpan.Zero;
            var moved = detect + ((policy.Ttl ?? routing.Ttl)?.Value ?? TimeSpan.Zero);
            if (rto is { } limit && moved > limit.Value)
                yield return Found(blueprint, policy, policy.Ttl is null ? null : "ttl", $"routing policy {policy.Name} takes {new Duration(moved)} to be noticed by clients (detection and TTL), more than the RTO of {limit}", "shorten the TTL, or check more often");
        }
    }
}
