using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class PortClashRule() : Rule("names.port-clash", Severity.Error, "Services that listen on the same port.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var clash in blueprint.Services.Values.Where(s => s.Port is not null).GroupBy(s => s.Port!.Value).Where(g => g.Skip(1).Any()))
            yield return Found(blueprint, clash.Last(), "port", $"services {clash.Select(s => s.Name).Listed()} all listen on port {clash.Key}", "give each a port of its own");
        foreach (var (listener, port) in blueprint.Gateway?.Listeners ?? Named<int>.None)
        {
            if (blueprint.Services.Values.FirstOrDefault(s => s.Port == port) is { } service)
                yield return Found(blueprint, service, "port", $"service {service.Name} and the gateway's {listener} both listen on port {port}", "give the service a port of its own");
        }
    }
}
