using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ImmutableRule() : Rule("promises.immutable-personal", Severity.Error, "A record of personal data that can never change, and a right to have such data deleted.")
{
    private static readonly string[] LawsWithDeletion = ["gdpr", "gdpr-like", "ccpa", "popia", "ndpr"];

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Compliance is not { } compliance)
            yield break;
        var law = compliance.Standards.Keys.Where(LawsWithDeletion.Contains).Select(l => l.ToUpperInvariant()).ToList();
        if (!compliance.Rights.Contains(Right.Deletion) && law.Count == 0)
            yield break;
        var right = compliance.Rights.Contains(Right.Deletion) ? "residents have a right to deletion" : $"{law.Listed()} {(law.Count == 1 ? "gives" : "give")} residents a right to deletion";
        const string Remedy = "keep only salted commitments of personal data there, and delete the salt with the person";
        if (compliance.Audit is { Immutable: true } audit && audit.PersonalData != false)
            yield return Found(blueprint, audit, "immutable", audit.PersonalData == true ? $"the audit record of personal data can never change, while {right}" : $"the audit record of who did what can never change, while {right}; whoever is named in it can't be deleted", Remedy);
        foreach (var store in blueprint.Stores.Values.Where(s => s is { Immutable: true, PersonalData: true }))
            yield return Found(blueprint, store, "immutable", $"store {store.Name} holds personal data and can never change, while {right}", Remedy);
        if (blueprint.Chain is { } chain && chain.Immutable != false)
        {
            if (chain.PersonalData == true)
                yield return Found(blueprint, chain, "personal_data", $"the chain holds personal data and can never change, while {right}", Remedy);
            else if (chain.PersonalData is null && chain.Holds.Concat(chain.Contracts).FirstOrDefault(h => h.Contains("identit", StringComparison.OrdinalIgnoreCase)) is { } identity)
                yield return Found(blueprint, chain, chain.Holds.Count > 0 ? "holds" : "contracts", $"the chain records {identity} and can never change, while {right}", Remedy);
        }
    }
}
