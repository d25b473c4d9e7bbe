using Banyan.Cells.Partitions;
using Banyan.Routing.Entry;
using Banyan.Routing.Entry.Routes;
using Banyan.Routing.Tests.Entry.Holding;

namespace Banyan.Routing.Tests.Entry.Routes;

public class RouteTests
{
    private static readonly EntryMap Map = new([new EntryRegion { Name = "east", Address = "http://e", Others = [new EntryHolder("west", "http://w1"), new EntryHolder("west", "http://w2")], Availability = RegionAvailability.Serving }]);

    [Fact]
    public void With_NewPrimary_SwapsCellsAndMoves()
    {
        var region = With(Map, new PartitionRecord { Epoch = 2, Primary = "west" });
        region.Route!.Cells.Select(c => c.Address).ShouldBe(["http://w1", "http://w2"]);
        region.Availability.ShouldBe(RegionAvailability.Moving);
        region.Route.Epoch.ShouldBe(2);
        region.Route.Life.ShouldNotBe(Map.Regions[0].Route!.Life);
        region.Turn.ShouldBeGreaterThan(Map.Regions[0].Turn);
    }

    [Fact]
    public void With_TargetSet_MovesButKeepsTheCells()
    {
        var before = Map.Regions[0];
        var region = With(Map, new PartitionRecord { Epoch = 1, Primary = "east", Target = "west" });
        region.Availability.ShouldBe(RegionAvailability.Moving);
        region.Route!.Life.ShouldBe(before.Route!.Life);
        // A probe that finds the old primary ready does not undo it.
        new EntryMap([region]).With("east", RegionAvailability.Serving).Regions[0].Availability.ShouldBe(RegionAvailability.Moving);
    }

    [Fact]
    public void With_SameRecordOrUnknownPrimary_ChangesNothing()
    {
        var map = Map.With("east", new PartitionRecord { Epoch = 1, Primary = "east" }, 0);
        map.With("east", new PartitionRecord { Epoch = 1, Primary = "east" }, 0).ShouldBe(map);
        map.With("east", new PartitionRecord { Epoch = 2, Primary = "atlantis" }, 0).ShouldBe(map);
        map.With("elsewhere", new PartitionRecord { Epoch = 2, Primary = "west" }, 0).ShouldBe(map);
    }

    [Fact]
    public void Prepared_PrimaryElsewhere_StartsThere()
    {
        new EntryMap([Map.Regions[0] with { Route = null, Primary = "west" }]).Regions[0].Route!.Primary.ShouldBe("west");
        new EntryMap([Map.Regions[0] with { Route = null, Primary = "atlantis" }]).Regions[0].Route!.Primary.ShouldBe("east");
    }

    [Fact]
    public void Pick_TwoCells_TakesTheLessBusyAndAvoidsOneAside()
    {
        CellAddress[] cells = [new("west", "http://w1"), new("west", "http://w2")];
        cells[0].Begin();
        Picks().ShouldAllBe(c => c == cells[1]);
        cells[1].Aside = true;
        Picks().ShouldAllBe(c => c == cells[0]);
        cells[0].Aside = true;
        Picks().ShouldAllBe(c => c == cells[1]);

        IEnumerable<CellAddress> Picks() => Enumerable.Range(0, 100).Select(_ => CellChoice.Pick([.. cells], new Random(1)));
    }

    [Fact]
    public async Task Watcher_StoreGoneFromTheStart_RoutesAreThePlansUntilItAnswers()
    {
        await using var partition = await Partition.StartAsync(record: false, prepare: static p => p.Store.Leave());
        (await partition.Client.GetStringAsync("/regions/east/reads/1")).ShouldBe("east");
        partition.West.Mood = Mood.Serves;
        partition.Store.Return();
        partition.Raise();
        await partition.UntilAsync(() => partition.Region is { Availability: RegionAvailability.Serving, Route.Primary: "west" });
        (await partition.Client.GetStringAsync("/regions/east/reads/1")).ShouldBe("west");
    }

    [Fact]
    public async Task Watcher_StoreLeavesAndComesBack_KeepsTheLastRouteAndCatchesUp()
    {
        await using var partition = await Partition.StartAsync();
        await partition.UntilAsync(() => partition.Store.Watches == 1);
        partition.Store.Leave();
        (await partition.Client.GetStringAsync("/regions/east/reads/1")).ShouldBe("east");
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        partition.Store.Return();
        await partition.UntilAsync(() => partition.Region is { Availability: RegionAvailability.Serving, Route.Primary: "west" });
    }

    [Fact]
    public async Task Watcher_WatchCompacted_ListsAgain()
    {
        await using var partition = await Partition.StartAsync();
        await partition.UntilAsync(() => partition.Store.Watches == 1);
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        partition.Store.Compact();
        await partition.UntilAsync(() => partition.Region is { Availability: RegionAvailability.Serving, Route.Primary: "west" });
    }

    [Fact]
    public async Task Watcher_RecordUnreadableOrDeletedOrUnknownPrimary_KeepsTheRoute()
    {
        await using var partition = await Partition.StartAsync();
        partition.Store.Put(PartitionKeys.Record("east"), "nonsense");
        partition.Store.Put(PartitionKeys.Record("east"), null);
        partition.Raise(3, "atlantis");
        partition.Store.Put(PartitionKeys.Record("elsewhere"), new PartitionRecord { Epoch = 1, Primary = "east" }.ToJson());
        partition.West.Mood = Mood.Serves;
        partition.Raise(4);
        await partition.UntilAsync(() => partition.Region is { Availability: RegionAvailability.Serving, Route: { Primary: "west", Epoch: 4 } });
    }

    private static EntryRegion With(EntryMap map, PartitionRecord record) => map.With("east", record, 0).Regions[0];
}
