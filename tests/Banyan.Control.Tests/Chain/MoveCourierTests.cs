using Banyan.Cells.Partitions;
using Banyan.Control.Chain.Approving;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Tests.Chain;

public class MoveCourierTests
{
    private static readonly PlatformState Platform = TestPlatform.State() with
    {
        Regions = [.. TestPlatform.State().Regions.Select(static r => r with { Failover = new FailoverState { Mode = "manual", Approvals = ["board"], OnChain = r.Name == "east" } })],
    };

    [Fact]
    public void Waiting_APartitionThatNobodyHolds_WhoseRegionAsksTheChain_IsLookedFor()
    {
        var waiting = MoveCourier.Waiting(Platform, Store([Record("east", 3), Record("west", 2)])).ShouldHaveSingleItem();
        (waiting.Partition, waiting.Record.Epoch, waiting.Roles).ShouldSatisfyAllConditions(w => w.Partition.ShouldBe("east"), w => w.Epoch.ShouldBe(3), w => w.Roles.ShouldBe(["board"]));
    }

    [Fact]
    public void Waiting_AsLongAsItIsHeld_Nothing() =>
        MoveCourier.Waiting(Platform, Store([Record("east", 3), (PartitionKeys.Lease("east"), "{}")])).ShouldBeEmpty();

    [Fact]
    public void Waiting_ApprovedAlready_Nothing() =>
        MoveCourier.Waiting(Platform, Store([Record("east", 3), (PartitionKeys.Approvals("east", 3) + "board", "chain: request 1")])).ShouldBeEmpty();

    [Fact]
    public void Waiting_ApprovedInAnEarlierEpoch_IsLookedForAgain() =>
        MoveCourier.Waiting(Platform, Store([Record("east", 4), (PartitionKeys.Approvals("east", 3) + "board", "chain: request 1")])).ShouldHaveSingleItem();

    private static (string Key, string Value) Record(string partition, int epoch) => (PartitionKeys.Record(partition), new PartitionRecord { Epoch = epoch, Primary = partition }.ToJson());

    private static Dictionary<string, StoredValue> Store(IEnumerable<(string Key, string Value)> values) => values.ToDictionary(static v => v.Key, static v => new StoredValue(v.Key, v.Value, 1, null));
}
