using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessRoleRule() : Rule("access.role-grants-nothing", Severity.Error, "A role that grants nothing, or nothing that rules leave to it.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Access is not { } access)
            yield break;
        var model = AccessModels.Of(blueprint);
        foreach (var role in access.Roles.Values)
        {
            if (role.Grants.Count == 0)
            {
                // a rule may be what gives the role its meaning
                if (!model.Rules.Any(r => r.When.Any(c => c.Attribute == AccessAttribute.Role && c.OneOf?.Contains(role.Name) == true)))
                    yield return Found(blueprint, role, null, $"role {role.Name} grants nothing, and no rule names it", "say what it grants, or take it out");
                continue;
            }

            // processes of the platform have no roles
            var grant = AccessCover.GrantOf(role.Name, role.Grants);
            grant = grant with { When = [.. grant.When, new() { Attribute = AccessAttribute.Kind, NoneOf = ["platform"] }] };
            var meeting = AccessCover.Meeting(model.Rules, grant).ToList();
            if (meeting.TrueForAll(static r => r.Effect == AccessEffect.Deny) && AccessCover.IsUnreachable(model.Rules, grant) == true)
                yield return Found(blueprint, role, "grants", $"role {role.Name} grants nothing: {meeting.Select(static r => r.Name).Listed()} {(meeting.Count == 1 ? "denies" : "deny")} all of it", "grant something else, or leave room in the rules");
        }
    }
}
