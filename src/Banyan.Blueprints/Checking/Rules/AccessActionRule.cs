using Banyan.Blueprints.Access;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessActionRule() : Rule("access.unknown-action", Severity.Error, "An action, or a pattern of actions, that no service declares.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Access is not { } access)
            return [];
        var declared = AccessActions.DeclaredBy(blueprint).Select(static a => a.Name).Distinct().ToList();
        return access.Roles.Values.SelectMany(r => Look(r, "grants", r.Grants))
            .Concat(access.Rules.Values.SelectMany(r => Look(r, "actions", r.Actions)))
            .Concat(access.Limits.Values.SelectMany(l => Look(l, "actions", l.Actions)));

        IEnumerable<Finding> Look(NamedElement at, string key, IReadOnlyList<string> patterns)
        {
            foreach (var text in patterns)
            {
                if (ActionPattern.TryParse(text) is not { } pattern || declared.Exists(a => pattern.Matches(a)))
                    continue;
                var hint = EditDistance.Nearest(text, declared) is { } near ? $"did you mean '{near}'?"
                    : pattern.Service is { } service && blueprint.Services.ContainsKey(service) ? $"declare it: services.{service}.actions: [{(pattern.Thing ?? "thing")}.{pattern.Verb ?? "verb"}]"
                    : "name an action that a service declares (services.NAME.actions), or one of docs/access.md";
                yield return Found(blueprint, at, key, $"no service declares an action {text}, which {at.Name} names", hint);
            }
        }
    }
}
