using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class SerialAvailabilityRule() : Rule("objectives.serial", Severity.Warning, "A service whose needs, each within its promise, are together down more often than it promises.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var service in blueprint.Services.Values)
        {
            if (blueprint.For(service.Objectives, o => o.Availability) is not { } promised)
                continue;
            var needs = blueprint.NeedsOf(service).Select(n => (Name: n, Up: blueprint.ObjectivesOf(n)?.Availability)).Where(n => n.Up is not null && n.Up.Value >= promised).ToList();
            var together = needs.Aggregate(1m, (all, n) => all * n.Up!.Value.Fraction);
            if (needs.Count > 1 && together < promised.Fraction)
            {
                yield return Found(blueprint, (Element?)service.Objectives ?? service, service.Objectives is null ? "needs" : "availability",
                    $"service {service.Name} promises {promised}, but needs {needs.Select(n => $"{n.Name} ({n.Up})").Listed()} at once: together {together * 100:0.####}%", "promise less, or do without one of them");
            }
        }
    }
}
