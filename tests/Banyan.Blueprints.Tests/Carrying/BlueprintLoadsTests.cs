using Banyan.Blueprints.Carrying;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Carrying;

public class BlueprintLoadsTests
{
    [Fact]
    public void LoadOf_ShareOrResidents_PerCentOfThePlatform()
    {
        Read("regions:\n  a: { share: 70% }\n  b: { share: 30% }").Loads().ShouldBe([70, 30]);
        Read("regions:\n  a: { residents: 300M }\n  b: { residents: 100M }").Loads().ShouldBe([75, 25]);
        Read("regions:\n  a: { residents: 300M }\n  b: { at: Lagos }").Loads().ShouldBe([null, null]);
    }

    [Fact]
    public void CapacityOf_NumberWordOrPromise_PerCentOfThePlatform()
    {
        Read("regions:\n  a: { share: 70%, capacity: full }\n  b: { share: 20%, capacity: reduced }\n  c: { share: 10%, capacity: 45% }").Capacities().ShouldBe([100, 20, 45]);
        Read("demand: { requests: 10K/s }\nobjectives: { each_region: { throughput: { requests: 4K/s } } }\nregions:\n  a: { at: Accra }\n  b: { at: Lagos, capacity: 90% }").Capacities().ShouldBe([40, 90]);
        Read("regions:\n  a: { share: 70% }").Capacities().ShouldBe([null]);
    }

    [Fact]
    public void ServiceLoads_CoresOnlyWhereEveryServiceSaysThem()
    {
        Read("services:\n  a: { instances: 5..50, priority: 2, resources: { cpu: 2 } }\n  b: { instances: 3, resources: { cpu: 500m } }").ServiceLoads()
            .ShouldBe([new ServiceLoad("a", 2, 10), new ServiceLoad("b", null, 1.5m)]);
        Read("services:\n  a: { instances: 5..50, resources: { cpu: 2 } }\n  b: { priority: 1 }").ServiceLoads()
            .ShouldBe([new ServiceLoad("a", null, 5), new ServiceLoad("b", 1, 1)]);
    }

    private static Blueprint Read(string yaml)
    {
        var read = BlueprintReader.ReadText("platform: test\n" + yaml, "test.yaml");
        return read.Blueprint.ShouldNotBeNull(string.Join("; ", read.Findings.Select(static f => f.Message)));
    }
}

internal static class Figures
{
    public static List<decimal?> Loads(this Blueprint blueprint) => [.. blueprint.Regions.Values.Select(blueprint.LoadOf)];

    public static List<decimal?> Capacities(this Blueprint blueprint) => [.. blueprint.Regions.Values.Select(blueprint.CapacityOf)];
}
