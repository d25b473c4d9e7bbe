using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessAbroadRule() : Rule("access.abroad", Severity.Error, "A rule or role by which staff of one jurisdiction reach personal data of another.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Access is not { } access || blueprint.Regions.Values.Select(static r => r.Jurisdiction).OfType<string>().Distinct().Count() < 2 || StandardAccess.PersonalActions(blueprint) is not { Count: > 0 } personal)
            yield break;
        var asked = new AccessRule
        {
            Name = Id,
            Effect = AccessEffect.Allow,
            Actions = personal,
            When = [new() { Attribute = AccessAttribute.Kind, OneOf = ["staff"] }, new() { Attribute = AccessAttribute.Jurisdiction, SameAsPartner = false }],
        };
        foreach (var (rule, role, question) in AccessCover.AllowedBy(AccessModels.Of(blueprint), asked))
        {
            // what is one's own is nobody else's
            if (rule?.Name == StandardAccess.OwnRule)
                continue;
            Element at = rule is not null ? (Element?)access.Rules.Find(rule.Name) ?? access : (Element?)access.Roles.Find(role) ?? access;
            yield return Found(blueprint, at, null, $"{(rule is not null ? $"rule {rule.Name}" : $"role {role}")} lets staff of one jurisdiction reach personal data of another: {AccessSpace.ActionOf(question)}",
                "ask that jurisdiction is the same as resource.jurisdiction, or deny the rest before it");
        }
    }
}
