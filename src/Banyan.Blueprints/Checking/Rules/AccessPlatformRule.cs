using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessPlatformRule() : Rule("access.platform", Severity.Error, "A rule that keeps the platform's own processes from what they need of each other.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Access is not { } access)
            yield break;
        var asked = new AccessRule { Name = Id, Effect = AccessEffect.Allow, Actions = StandardAccess.PlatformNeeds, When = [new() { Attribute = AccessAttribute.Kind, OneOf = ["platform"] }] };
        var before = new List<AccessRule>();
        foreach (var rule in access.Rules.Values)
        {
            var compiled = AccessModels.RuleOf(blueprint, rule);
            if (compiled.Effect == AccessEffect.Deny && AccessCover.DecidedBy(before, compiled, asked) is { } question)
                yield return Found(blueprint, rule, null, $"rule {rule.Name} keeps the platform's own processes from {AccessSpace.ActionOf(question)}, without which regions can't follow each other or be drilled", "add to its conditions: kind: not platform");
            before.Add(compiled);
        }
    }
}
