using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ValidatorsRule() : Rule("consensus.validators", Severity.Error, "A chain with too few validators to bear a fault, or too many to agree in time.")
{
    /// <summary>Byzantine agreement bears f faults among 3f + 1 (Castro and Liskov, 1999): four bear one.</summary>
    private const long Least = 4;

    /// <summary>Each block costs messages in the square of the validators; permissioned networks stay at or below about this many.</summary>
    private const long Most = 30;

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Chain is not { } chain || chain.Access == ChainAccess.Public || !chain.Consensus.Any(c => c is ConsensusKind.ProofOfAuthority or ConsensusKind.Ibft or ConsensusKind.Qbft))
            yield break;
        foreach (var nodes in chain.Nodes.Values.Where(n => n.Role == ChainNodeRole.Validator && n.PerSite is not null))
        {
            var (low, high) = nodes.Tier is { } tier ? blueprint.RegionCount(tier) : (1, 1);
            if (low == 0)
                continue;
            var least = low * nodes.PerSite!.Value.Low.Value;
            var most = high * nodes.PerSite.Value.High?.Value;
            if (most < Least)
                yield return Found(blueprint, nodes, "per_site", $"{most} validators in all: Byzantine agreement bears a fault only from {Least} on", "have at least four");
            else if (least > Most || most > Most)
            {
                var all = least == most ? $"{least}" : most is null ? $"at least {least}" : $"{least} to {most}";
                var sites = low == high ? $"{low}" : $"{low} to {high}";
                var rate = chain.Objectives?.Throughput.Values.FirstOrDefault() is { } throughput && throughput.Low.PerDay > 0 ? $" against the promised {throughput}" : "";
                yield return Found(blueprint, nodes, "per_site", $"{nodes.PerSite} validators at each of {sites} sites make {all}: every block costs messages in the square of that{rate}",
                    $"let at most about {Most} validate, one to a site, and give the others read replicas", least > Most ? Severity.Error : Severity.Warning);
            }
        }
    }
}
