using System.Collections.Immutable;
using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Reach;

/// <summary>The union of shapes and geocodes. Immutable.</summary>
internal sealed class Area
{
    /// <summary>What an info says that names no area: nobody is left out by it.</summary>
    public static readonly Area Everywhere = new([], []) { IsEverywhere = true };

    public Area(ImmutableArray<Shape> shapes, ImmutableArray<Geocode> geocodes)
    {
        Shapes = shapes;
        Geocodes = geocodes;
    }

    public bool IsEverywhere { get; private init; }

    public ImmutableArray<Shape> Shapes { get; }

    public ImmutableArray<Geocode> Geocodes { get; }

    public bool Contains(GeoPoint point)
    {
        if (IsEverywhere)
            return true;
        foreach (var shape in Shapes)
        {
            if (shape.Contains(point))
                return true;
        }

        return false;
    }

    public bool Overlaps(Shape other)
    {
        if (IsEverywhere)
            return true;
        foreach (var shape in Shapes)
        {
            if (shape.Overlaps(other))
                return true;
        }

        return false;
    }

    public bool Has(Geocode geocode) => IsEverywhere || Geocodes.Contains(geocode);
}
