using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ChainAnchoringRule() : Rule("chain.anchoring", Severity.Warning, "Anchoring that a chain's blocks can't follow, or that trusts a block which may be taken back.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Chain is not { Anchoring: { } anchoring } chain)
            yield break;
        var every = anchoring.Every?.Value ?? ChainAnchoring.DefaultEvery;
        if (chain.Genesis?.BlockTime is { } block && block.Value > every)
            yield return Found(blueprint, anchoring, "every", $"checkpoints are anchored every {(object?)anchoring.Every ?? "10s"}, and a block takes {block}", "anchor no more often than there are blocks");
        if (chain.Consensus.Count > 0 && chain.Consensus.All(static c => c is ConsensusKind.ProofOfWork or ConsensusKind.ProofOfStake) && anchoring.Confirmations < 2)
            yield return Found(blueprint, anchoring, "confirmations", "an anchor counts as made with its first block, and blocks of this chain can be taken back", "wait for more blocks, such as confirmations: 12");
    }
}
