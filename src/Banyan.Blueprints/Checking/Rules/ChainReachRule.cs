using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ChainReachRule() : Rule("chain.reach", Severity.Error, "A chain at an address whose identity is not stated, or that is reached in the clear.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Chain is not { At.Count: > 0 } chain)
            yield break;
        if (chain.Genesis?.Id is null)
            yield return Found(blueprint, chain, "at", "nodes are named, but not the number of their chain: anchors would go to whatever chain answers there", "write its number: genesis: { id: 1337 }");
        for (var i = 0; i < chain.At.Count; i++)
        {
            if (Uri.TryCreate(chain.At[i], UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
            {
                yield return Found(blueprint, blueprint.Places.Contains($"{chain.Path}.at[{i}]") ? $"{chain.Path}.at[{i}]" : $"{chain.Path}.at", $"the node at {address.Host} is reached in the clear: who is between can show any chain, and hold anchors back", "use https, or a node on the same machine", Severity.Warning);
            }
        }
    }
}
