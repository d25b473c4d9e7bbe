using System.Collections.Immutable;
using Banyan.Cells.Partitions;

namespace Banyan.Routing.Entry.Routes;

/// <summary>What a partition's record makes of its route. Pure.</summary>
internal static class RouteChange
{
    /// <summary>The route of before anything is known: the region's own cell, unless <see cref="EntryRegion.Primary"/> says otherwise.</summary>
    public static EntryRoute First(string primary, ImmutableArray<CellAddress> cells) => new(primary, 0, false, Of(primary, cells), new RouteLife());

    /// <summary>The region as the record has it; this very one where nothing changes, also where the entry knows no cell of the new primary.</summary>
    public static EntryRegion Apply(EntryRegion region, PartitionRecord record)
    {
        var route = region.Route!;
        var switching = record.Target is not null;
        var moved = record.Primary != route.Primary;
        var cells = moved ? Of(record.Primary, region.Cells) : route.Cells;
        if (cells.IsEmpty || (!moved && switching == route.Switching && record.Epoch == route.Epoch))
            return region;
        return region with
        {
            Route = new EntryRoute(record.Primary, record.Epoch, switching, cells, moved ? new RouteLife() : route.Life),
            // A new primary is found ready before it gets anything; so is one whose switch was called off.
            Availability = moved || switching ? RegionAvailability.Moving : region.Availability,
            Turn = moved ? region.Turn + 1 : region.Turn,
        };
    }

    /// <summary>Whether the record names a primary that the entry knows a cell of.</summary>
    public static bool Knows(EntryRegion region, PartitionRecord record) => !Of(record.Primary, region.Cells).IsEmpty;

    private static ImmutableArray<CellAddress> Of(string primary, ImmutableArray<CellAddress> cells) => [.. cells.Where(c => c.Region == primary)];
}
