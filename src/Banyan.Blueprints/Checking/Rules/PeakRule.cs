using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class PeakRule() : Rule("capacity.peak", Severity.Warning, "A service that can't grow as far as the stated peak.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Demand?.PeakFactor is not { } factor)
            yield break;
        foreach (var service in blueprint.Services.Values)
        {
            if (service.Instances is { High: { } most } instances && instances.Low.Value > 0 && most.Value < instances.Low.Value * factor)
                yield return Found(blueprint, service, "instances", $"a peak is {factor:0.##} times the usual load, but service {service.Name} grows from {instances.Low} to {most} instances: {(decimal)most.Value / instances.Low.Value:0.#} times", "let it grow further, or say what is shed");
        }
    }
}
