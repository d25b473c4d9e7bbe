using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class NameClashRule() : Rule("names.clash", Severity.Error, "One name for two things.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var service in blueprint.Services.Values)
        {
            var other = blueprint.Stores.ContainsKey(service.Name) ? "store" : blueprint.Externals.ContainsKey(service.Name) ? "external system" : null;
            if (other is not null)
                yield return Found(blueprint, service, null, $"'{service.Name}' is both a service and {(other == "store" ? "a" : "an")} {other}: who needs it can't say which", "rename one of them");
        }

        foreach (var same in blueprint.Services.Values.Where(s => s.Title is not null).GroupBy(s => s.Title!, StringComparer.OrdinalIgnoreCase).Where(g => g.Skip(1).Any()))
            yield return Found(blueprint, same.Last(), "title", $"services {same.Select(s => s.Name).Listed()} have the same title '{same.Key}'", "tell them apart", Severity.Warning);
    }
}
