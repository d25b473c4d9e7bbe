using System.Collections.Immutable;
using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Entry;

/// <summary>A region as the entry sees it: the residents whose home it is, wherever their partition is served now. Immutable.</summary>
public sealed record EntryRegion
{
    /// <summary>The region's name in the blueprint; its partition has the same.</summary>
    public required string Name { get; init; }

    /// <summary>Scheme and authority of the region's own cell, without a slash at the end: <c>http://127.0.0.1:5001</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Further cells that can serve the partition: of the regions that hold its standbys, or more of its own.</summary>
    public ImmutableArray<EntryHolder> Others { get; init; } = [];

    /// <summary>Where the partition is at first; null: at home.</summary>
    public string? Primary { get; init; }

    /// <summary>The region that its clients go to while it is down, because its database does not move (an edge site's); null: none.</summary>
    public string? Neighbour { get; init; }

    /// <summary>Where it is; null where the blueprint does not say, and then it is never the nearest.</summary>
    public GeoPoint? At { get; init; }

    /// <summary>Whether it takes requests.</summary>
    public RegionAvailability Availability { get; init; }

    /// <summary>Where its requests go now; set by the map.</summary>
    public EntryRoute? Route { get; init; }

    /// <summary>Grows each time that the region begins to serve anew, there or elsewhere: what failed in an earlier turn says nothing about this one.</summary>
    internal long Turn { get; init; }

    /// <summary>When it last ceased to serve, as a timestamp; meaningless while it serves.</summary>
    internal long Since { get; init; }

    /// <summary>Every cell that can serve it; set by the map.</summary>
    internal ImmutableArray<CellAddress> Cells { get; init; }

    /// <summary>The same, with cells and a route where it has none yet.</summary>
    internal EntryRegion Prepared()
    {
        if (Route is not null)
            return this;
        ImmutableArray<CellAddress> cells = [new CellAddress(Name, Address), .. Others.Select(static o => new CellAddress(o.Region, o.Address))];
        var primary = Primary is not null && cells.Any(c => c.Region == Primary) ? Primary : Name;
        return this with { Cells = cells, Route = RouteChange.First(primary, cells) };
    }
}
