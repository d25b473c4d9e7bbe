using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class StricterRule() : Rule("objectives.stricter", Severity.Error, "A service that promises more than what it can't work without.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var service in blueprint.Services.Values)
        {
            foreach (var need in blueprint.NeedsOf(service))
            {
                if (blueprint.ObjectivesOf(need) is not { } theirs || (service.Objectives is null && blueprint.Objectives is null))
                    continue;
                Objectives at = service.Objectives ?? blueprint.Objectives!;
                if (blueprint.For(service.Objectives, o => o.Availability) is { } up && theirs.Availability is { } theirUp && up > theirUp)
                    yield return Found(blueprint, at, "availability", $"service {service.Name} promises {up} availability, but needs {need}, which promises {theirUp}", "promise less, or do without it when it is down");
                if (blueprint.For(service.Objectives, o => o.Rto) is { } rto && theirs.Rto is { } theirRto && rto < theirRto)
                    yield return Found(blueprint, at, "rto", $"service {service.Name} promises an RTO of {rto}, but needs {need}, which may take {theirRto}", "promise what its needs allow");
                if (blueprint.For(service.Objectives, o => o.Rpo) is { } rpo && theirs.Rpo is { } theirRpo && rpo < theirRpo)
                    yield return Found(blueprint, at, "rpo", $"service {service.Name} promises an RPO of {rpo}, but keeps its data in {need}, which may lose {theirRpo}", "promise what its stores keep");
                foreach (var (what, limit) in service.Objectives?.Latency ?? Named<Quantities.Duration>.None)
                {
                    if (theirs.Latency.TryGetValue(what, out var theirLimit) && limit < theirLimit)
                        yield return Found(blueprint, service.Objectives!, $"latency.{what}", $"service {service.Name} answers within {limit} ({what}), but needs {need}, which may take {theirLimit}", "promise what its needs allow");
                }
            }
        }
    }
}
