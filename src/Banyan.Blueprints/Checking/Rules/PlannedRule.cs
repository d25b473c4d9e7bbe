using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class PlannedRule() : Rule("features.planned", Severity.Warning, "Something relied on today that the roadmap says is still to come.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var service in blueprint.Services.Values.Where(s => s.Planned is null))
        {
            foreach (var need in service.Needs)
            {
                var planned = blueprint.Services.Find(need)?.Planned ?? blueprint.Stores.Find(need)?.Planned ?? blueprint.Externals.Find(need)?.Planned;
                if (planned is not null)
                    yield return Found(blueprint, service, "needs", $"service {service.Name} needs {need}, which is only planned ({planned})", "say how it works until then", Severity.Error);
            }
        }

        foreach (var region in blueprint.Regions.Values.Where(r => r.Planned is null))
        {
            if (blueprint.Regions.Find(region.Standby) is { Planned: { } planned } standby)
                yield return Found(blueprint, region, "standby", $"the standby of region {region.Name} is {standby.Name}, which is only planned ({planned})", "name a standby that exists", Severity.Error);
        }

        var used = new List<(Element Element, string Key, IEnumerable<string> Names)>();
        if (blueprint.Gateway is { } gateway)
        {
            used.Add((gateway, "mesh", gateway.Mesh.Select(p => p.Name)));
            used.Add((gateway, "engines", gateway.Engines.Select(p => p.Name)));
        }

        if (blueprint.Deployment?.Orchestrator is { } orchestrator)
            used.Add((orchestrator, "features", orchestrator.Features));
        used.AddRange(blueprint.Stores.Values.Where(s => s.Planned is null).Select(s => ((Element)s, "engines", s.Engines.Select(p => p.Name))));
        foreach (var item in blueprint.Roadmap.Values)
        {
            foreach (var (element, key, names) in used)
            {
                if (names.FirstOrDefault(item.Gives.Contains) is { } name)
                    yield return Found(blueprint, element, key, $"{name} is in use here, but the roadmap ({item.Name}) says that it is still to come", "say which of the two holds");
            }
        }
    }
}
