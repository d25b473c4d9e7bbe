namespace Banyan.Routing.Entry;

/// <summary>A region as the entry sees it. Immutable.</summary>
public sealed record EntryRegion
{
    /// <summary>The region's name in the blueprint.</summary>
    public required string Name { get; init; }

    /// <summary>Scheme and authority of the cell, without a slash at the end: <c>http://127.0.0.1:5001</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Where it is; null where the blueprint does not say, and then it is never the nearest.</summary>
    public GeoPoint? At { get; init; }

    /// <summary>Whether it takes requests.</summary>
    public RegionAvailability Availability { get; init; }
}
