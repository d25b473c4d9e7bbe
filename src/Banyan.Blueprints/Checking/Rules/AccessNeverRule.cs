using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessNeverRule() : Rule("access.never", Severity.Error, "A rule of access whose conditions can never hold together.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var rule in blueprint.Access?.Rules.Values ?? [])
        {
            var compiled = AccessModels.RuleOf(blueprint, rule);
            if (AccessCover.NeverHolds(compiled) is { } attributes)
            {
                var said = compiled.When.Where(c => attributes.Contains(c.Attribute)).Select(AccessReasons.Of);
                yield return Found(blueprint, rule, "when", $"rule {rule.Name} can never hold: nothing is such that {string.Join(" and ", said)}", "take one of the conditions out, or the rule");
            }
        }
    }
}
