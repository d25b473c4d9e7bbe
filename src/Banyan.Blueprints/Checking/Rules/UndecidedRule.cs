using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class UndecidedRule() : Rule("consensus.undecided", Severity.Warning, "A choice that is left open although promises hang on it.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Chain is { Consensus.Count: > 1 } chain)
        {
            yield return Found(blueprint, chain, "consensus", $"how the chain agrees is left open: {chain.Consensus.Select(Spoken).Listed()}; finality, the number of validators and who may validate hang on it",
                "decide on one");
        }
    }

    private static string Spoken(ConsensusKind kind) => kind switch
    {
        ConsensusKind.ProofOfAuthority => "proof of authority",
        ConsensusKind.ProofOfStake => "proof of stake",
        ConsensusKind.ProofOfWork => "proof of work",
        _ => kind.ToString().ToUpperInvariant(),
    };
}
