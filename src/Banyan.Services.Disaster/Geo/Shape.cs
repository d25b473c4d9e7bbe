namespace Banyan.Services.Disaster.Geo;

/// <summary>A region of the Earth's surface, its boundary included. Immutable; thread-safe.</summary>
internal abstract class Shape
{
    /// <summary>Holds all of the shape.</summary>
    public abstract GeoBox Box { get; }

    /// <summary>Whether the point is inside or on the boundary.</summary>
    public abstract bool Contains(GeoPoint point);

    /// <summary>Whether the shapes have a point in common.</summary>
    public bool Overlaps(Shape other) => Box.Overlaps(other.Box) && (this, other) switch
    {
        (GeoPolygon a, GeoPolygon b) => a.Meets(b),
        (GeoPolygon a, GeoCircle b) => a.Meets(b),
        (GeoCircle a, GeoPolygon b) => b.Meets(a),
        (GeoCircle a, GeoCircle b) => Sphere.DistanceKm(a.Center, b.Center) <= a.RadiusKm + b.RadiusKm + GeoCircle.SlackKm,
        _ => true, // one of them is a box: the boxes overlap
    };
}
