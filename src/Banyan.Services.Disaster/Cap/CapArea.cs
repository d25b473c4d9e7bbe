using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap;

/// <summary>Where it holds: the union of its polygons, circles and geocodes (CAP 1.2 section 3.2.4). Immutable.</summary>
internal sealed record CapArea
{
    public required string Description { get; init; }

    public ImmutableArray<CapPolygon> Polygons { get; init; } = [];

    public ImmutableArray<CapCircle> Circles { get; init; } = [];

    public ImmutableArray<CapValue> Geocodes { get; init; } = [];

    /// <summary>Feet above mean sea level: the altitude, or the lower limit where <see cref="Ceiling"/> is given.</summary>
    public CapDecimal? Altitude { get; init; }

    /// <summary>Feet above mean sea level: the upper limit; only together with <see cref="Altitude"/>.</summary>
    public CapDecimal? Ceiling { get; init; }
}

/// <summary>A closed ring of at least four points, the first equal to the last.</summary>
internal sealed record CapPolygon(ImmutableArray<CapPoint> Points);

/// <summary>A point of WGS 84, in degrees, each coordinate with the digits that were written.</summary>
internal readonly record struct CapPoint(CapDecimal Latitude, CapDecimal Longitude)
{
    public override string ToString() => $"{Latitude},{Longitude}";
}

/// <summary>A centre and a radius in kilometres.</summary>
internal readonly record struct CapCircle(CapPoint Center, CapDecimal RadiusKm)
{
    public override string ToString() => $"{Center} {RadiusKm}";
}
