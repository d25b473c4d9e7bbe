using Banyan.Control.Keepers;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Tests.Keepers;

public sealed class KeptDatabaseTests
{
    [Fact]
    public async Task Of_RegionWithAPrimaryAndAStandby_WiresBothByTheSlotOfTheirPartition()
    {
        await using var world = KeeperWorld.Create();
        var (east, south) = (KeptDatabase.Of(world.State, KeeperWorld.East), KeptDatabase.Of(world.State, KeeperWorld.South));
        east.Select(d => (d.Name, d.IsPrimary)).ShouldBe([("east-africa@east-africa", true), ("south-africa@east-africa", false)]);
        east[0].Slots.ShouldBe(["east_africa_at_south_africa"]);
        east[0].Source.ShouldBeNull();
        south[1].Source.ShouldBe(new StandbySource("127.0.0.1", east[0].Port!.Value, "east_africa_at_south_africa"));
        south[1].Slots.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_RegionsWithNetworks_ListenAndFollowAtTheirAddresses()
    {
        await using var world = KeeperWorld.Create();
        var state = world.State with { Networks = new("198.18.7"), Regions = [world.State.Regions[0] with { Address = "198.18.7.11" }, world.State.Regions[1] with { Address = "198.18.7.12" }] };
        var (east, south) = (KeptDatabase.Of(state, KeeperWorld.East), KeptDatabase.Of(state, KeeperWorld.South));
        (east[0].Address, east[0].Clients).ShouldBe(("198.18.7.11", "198.18.7.0/24"));
        (south[1].Address, south[1].Source!.Host).ShouldBe(("198.18.7.12", "198.18.7.11"));
        KeptDatabase.Of(world.State, KeeperWorld.East)[0].ShouldBe(east[0] with { Address = "127.0.0.1", Clients = "127.0.0.1/32" });
    }

    [Fact]
    public async Task Of_PrimaryGivenByConnectionString_HasNoSourceForAStandby()
    {
        await using var world = KeeperWorld.Create();
        var partition = world.State.Partitions[0] with { Databases = [new() { Region = KeeperWorld.East, ConnectionFrom = "DATABASE_URL" }, new() { Region = KeeperWorld.South, Port = 5 }] };
        var state = world.State with { Partitions = [partition] };
        KeptDatabase.Of(state, KeeperWorld.East).ShouldHaveSingleItem().ConnectionFrom.ShouldBe("DATABASE_URL");
        KeptDatabase.Of(state, KeeperWorld.South).ShouldHaveSingleItem().Source.ShouldBeNull();
    }
}
