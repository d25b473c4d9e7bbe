using System.Collections.Immutable;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Reach;

/// <summary>
/// What a subscriber or a reader wants to know of: any of its points, areas and geocodes (none: all the world), at least
/// this severe. An alert of severity Unknown is below all others. Immutable.
/// </summary>
internal sealed record Interest
{
    public static readonly Interest All = new();

    public ImmutableArray<GeoPoint> Points { get; init; } = [];

    public ImmutableArray<Shape> Shapes { get; init; } = [];

    public ImmutableArray<Geocode> Geocodes { get; init; } = [];

    public CapSeverity MinSeverity { get; init; } = CapSeverity.Unknown;

    /// <summary>Whether nothing was asked that any alert could fail.</summary>
    public bool IsAll => IsAnywhere && MinSeverity == CapSeverity.Unknown;

    private bool IsAnywhere => Points.IsEmpty && Shapes.IsEmpty && Geocodes.IsEmpty;

    /// <summary>Whether a change concerns it.</summary>
    public bool Matches(AlertReach reach)
    {
        foreach (var (severity, area) in reach.Parts)
        {
            if (severity >= MinSeverity && Meets(area))
                return true;
        }

        return reach.Parts.IsEmpty && IsAll;
    }

    private bool Meets(Area area)
    {
        if (IsAnywhere || area.IsEverywhere)
            return true;
        foreach (var point in Points)
        {
            if (area.Contains(point))
                return true;
        }

        foreach (var shape in Shapes)
        {
            if (area.Overlaps(shape))
                return true;
        }

        foreach (var geocode in Geocodes)
        {
            if (area.Has(geocode))
                return true;
        }

        return false;
    }
}
