using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class SharesRule() : Rule("totals.shares", Severity.Error, "Shares of traffic don't add up to 100 %.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var regions = blueprint.Regions.Values.Where(r => r.Share is not null).ToList();
        if (regions.Count == blueprint.Regions.Count && regions.Count > 0 && regions.Sum(r => r.Share!.Value.Percent) is var sum and not 100)
            yield return Found(blueprint, "regions", $"the regions' shares of traffic add up to {sum:0.##}%, not 100%", "adjust the shares");
        foreach (var policy in blueprint.Routing?.Policies.Values ?? [])
        {
            if (policy.Shares.Count > 0 && policy.Shares.Values.Sum(s => s.Percent) is var total and not 100)
                yield return Found(blueprint, policy, "shares", $"the shares of routing policy {policy.Name} add up to {total:0.##}%, not 100%", "adjust the shares");
            foreach (var (name, share) in policy.Shares)
            {
                if (blueprint.Regions.Find(name)?.Share is { } own && own != share)
                    yield return Found(blueprint, policy, $"shares.{name}", $"routing policy {policy.Name} sends {share} to {name}, whose own share is {own}", "say it in one place");
            }
        }
    }
}
