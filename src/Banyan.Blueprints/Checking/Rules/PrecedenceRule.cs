using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class PrecedenceRule() : Rule("routing.precedence", Severity.Error, "Several routing policies, and nothing that says which is asked first.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Routing is not { Policies.Count: > 1 } routing)
            yield break;
        var nested = routing.Policies.Values.SelectMany(p => p.Among.Concat(p.Shares.Keys).Concat(p.Areas.Values).Append(p.Otherwise ?? "")).ToHashSet();
        var free = routing.Policies.Values.Where(p => !nested.Contains(p.Name) && !routing.Precedence.Contains(p.Name)).ToList();
        if (free.Count + routing.Precedence.Count > 1 && free.Count > 0)
        {
            yield return Found(blueprint, routing, "policies", $"routing policies {free.Select(p => p.Name).Listed()} all choose a region, and nothing says which goes first: a client may be sent to the quickest region, to the one of its share, or to the one that its law asks for",
                "give routing.precedence an order (what the law asks for first), or nest them");
        }
    }
}
