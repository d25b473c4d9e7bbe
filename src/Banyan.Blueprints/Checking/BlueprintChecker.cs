using Banyan.Blueprints.Checking.Rules;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking;

/// <summary>Finds what is wrong with a blueprint: contradictions, promises that can't hold, names that lead nowhere. Pure; thread-safe.</summary>
public static class BlueprintChecker
{
    /// <summary>Every rule, in the order of docs/rules.md.</summary>
    public static IReadOnlyList<Rule> Rules { get; } =
    [
        new ResidentsRule(), new DeclaredCountsRule(), new SharesRule(), new PriceSumsRule(), new NodeSumsRule(), new StoredRule(), new TierSitesRule(),
        new RpoRule(), new RtoRule(), new AvailabilityBudgetRule(), new SignsAloneRule(), new NoStandbyRule(),
        new TakeOverRule(), new SurvivorsRule(), new StoreOverflowRule(), new PeakRule(),
        new UnknownNameRule(), new CycleRule(), new PortClashRule(), new NameClashRule(),
        new SinglePointRule(), new QuorumRule(), new ValidatorsRule(), new UndecidedRule(), new ChainReachRule(), new ChainPermissionsRule(), new ChainAnchoringRule(), new ChainApprovalsRule(),
        new DataLeavesRule(), new StandbyAbroadRule(), new ResidencyUnnamedRule(),
        new AccessNeverRule(), new AccessUnreachableRule(), new AccessNameRule(), new AccessActionRule(), new AccessRoleRule(), new AccessQuotaRule(), new AccessPlatformRule(), new AccessProviderRule(), new AccessAbroadRule(), new AccessKnowYourCustomerRule(),
        new RemovedFeatureRule(), new PlannedRule(),
        new ImmutableRule(), new RecordsKeptRule(),
        new PrecedenceRule(), new FailoverRoutingRule(),
        new StricterRule(), new SerialAvailabilityRule(), new PriorityRule(),
        new CostsLeftOutRule(), new CostAmountRule(), new BudgetRule(),
    ];

    /// <summary>The errors of a platform's <c>access</c> section: what would be allowed is not what was meant, so it is not to be started.</summary>
    public static IReadOnlyList<Finding> CheckAccess(Blueprint blueprint) =>
        [.. Rules.Where(static r => r.Id.StartsWith("access.", StringComparison.Ordinal)).SelectMany(r => r.Check(blueprint)).Where(static f => f.Severity == Severity.Error).OrderBy(static f => f.Line).ThenBy(static f => f.Column)];

    /// <summary>Every finding of every rule, of the platform and of each of its variants, in the order of the file.</summary>
    public static IReadOnlyList<Finding> Check(Blueprint blueprint)
    {
        var findings = Rules.SelectMany(r => r.Check(blueprint)).ToList();
        foreach (var name in blueprint.Variants.Keys)
        {
            // a variant keeps what it does not replace: only what lies in its own part of the file is new
            var prefix = $"variants.{name}.";
            findings.AddRange(Rules.SelectMany(r => r.Check(blueprint.As(name)!)).Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal)));
        }

        return [.. findings.Distinct().OrderBy(f => f.Line).ThenBy(f => f.Column).ThenBy(f => f.Rule, StringComparer.Ordinal)];
    }
}
