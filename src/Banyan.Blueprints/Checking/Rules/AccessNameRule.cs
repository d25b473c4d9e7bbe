using Banyan.Blueprints.Access;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessNameRule() : Rule("access.unknown", Severity.Error, "A role, purpose, region, service or area that access names and nothing defines.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Access is not { } access)
            return [];
        var found = new List<Finding>();
        var known = Known(blueprint, access);
        foreach (var rule in access.Rules.Values)
        {
            foreach (var (attribute, terms) in rule.When?.Terms ?? [])
            {
                if (!known.TryGetValue(attribute, out var names))
                    continue;
                for (var i = 0; i < terms.Count; i++)
                {
                    if (AccessTerm.TryParse(attribute, terms[i]) is { Value: { } value } && !(IsLand(attribute) && char.IsAsciiLetterUpper(value[0])))
                        Look($"{rule.Path}.when.{attribute.Word()}{(terms.Count > 1 ? $"[{i}]" : "")}", rule.Name, NounOf(attribute), value, names);
                }
            }
        }

        foreach (var limit in access.Limits.Values)
        {
            foreach (var role in limit.Roles)
                Look($"{limit.Path}.roles", limit.Name, "role", role, known[AccessAttribute.Role]);
        }

        return found;

        void Look(string path, string by, string noun, string name, IReadOnlyCollection<string> names)
        {
            if (!names.Contains(name))
                found.Add(Found(blueprint, path, $"there is no {noun} '{name}', which {by} names", EditDistance.Nearest(name, names) is { } near ? $"did you mean '{near}'?" : $"define it, or name one of {names.Order(StringComparer.Ordinal).DefaultIfEmpty("none").Listed()}"));
        }
    }

    private static Dictionary<AccessAttribute, IReadOnlyCollection<string>> Known(Blueprint blueprint, AccessSection access)
    {
        HashSet<string> regions = [.. blueprint.AllSites().Select(static r => r.Name)];
        HashSet<string> areas = [.. Areas.Names, .. blueprint.OwnAreas.Keys];
        return new()
        {
            [AccessAttribute.Role] = [.. access.Roles.Keys, .. access.Standard ? StandardAccess.Roles.Keys : []],
            [AccessAttribute.Purpose] = [.. access.Purposes.Keys],
            [AccessAttribute.Home] = regions,
            [AccessAttribute.ResourceRegion] = regions,
            [AccessAttribute.Jurisdiction] = areas,
            [AccessAttribute.ResourceJurisdiction] = areas,
            [AccessAttribute.ResourceService] = [.. AccessActions.DeclaredBy(blueprint).Select(static a => a.Name[..a.Name.IndexOf('.')]).Concat(blueprint.Services.Keys).Distinct()],
        };
    }

    private static bool IsLand(AccessAttribute attribute) => attribute is AccessAttribute.Jurisdiction or AccessAttribute.ResourceJurisdiction;

    private static string NounOf(AccessAttribute attribute) => attribute switch
    {
        AccessAttribute.Role => "role",
        AccessAttribute.Purpose => "purpose",
        AccessAttribute.Home or AccessAttribute.ResourceRegion => "region",
        AccessAttribute.ResourceService => "service",
        _ => "area",
    };
}
