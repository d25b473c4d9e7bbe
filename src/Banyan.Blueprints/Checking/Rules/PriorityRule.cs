using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class PriorityRule() : Rule("objectives.priority", Severity.Warning, "A service that can't work without one that matters less.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var service in blueprint.Services.Values)
        {
            if (service.Priority is not { } own)
                continue;
            var lower = blueprint.NeedsOf(service).Where(n => blueprint.Services.Find(n)?.Priority is { } theirs && theirs > own).ToList();
            if (lower.Count > 0)
                yield return Found(blueprint, service, "needs", $"service {service.Name} has priority {own}, but needs {lower.Listed()} of lower priority: when load is shed, it falls with {(lower.Count == 1 ? "it" : "them")}", "raise their priority, or do without them");
        }
    }
}
