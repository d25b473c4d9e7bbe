using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessQuotaRule() : Rule("access.quota", Severity.Error, "A rate and a quota of which one makes the other pointless, or a limit with neither.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var limit in blueprint.Access?.Limits.Values ?? [])
        {
            if (limit.Rate is not { } rate)
            {
                if (limit.Quota is null)
                    yield return Found(blueprint, limit, null, $"limit {limit.Name} has neither a rate nor a quota", "say how often: rate: 10/s, or quota: 100K/d");
                continue;
            }

            if (limit.Quota is not { } quota)
                continue;
            var burst = limit.Burst ?? Math.Max(1, rate.InPeriod);
            if (quota.InPeriod < burst)
                yield return Found(blueprint, limit, "quota", $"limit {limit.Name} allows {burst:0.##} at once, but its quota of {quota} is used up before", "raise the quota, or lower the rate or the burst");
            else if (quota > rate && quota.InPeriod > rate.PerSecond * (decimal)quota.Period.TotalSeconds + burst)
                yield return Found(blueprint, limit, "quota", $"limit {limit.Name} never lets so many pass that its quota of {quota} counts: {rate} is less", "lower the quota, or leave it out");
        }
    }
}
