namespace Banyan.Services.Disaster.Geo;

/// <summary>Every point within a great-circle distance of the centre.</summary>
internal sealed class GeoCircle : Shape
{
    /// <summary>A millimetre: more than the error of the arithmetic, less than anyone measures.</summary>
    public const double SlackKm = 1e-6;

    /// <summary>Makes a circle; a radius of 0 is a point.</summary>
    public GeoCircle(GeoPoint center, double radiusKm)
    {
        Center = center;
        RadiusKm = radiusKm;
        Box = BoxOf(center, radiusKm + SlackKm);
    }

    public GeoPoint Center { get; }

    public double RadiusKm { get; }

    /// <inheritdoc/>
    public override GeoBox Box { get; }

    /// <inheritdoc/>
    public override bool Contains(GeoPoint point) => Sphere.DistanceKm(Center, point) <= RadiusKm + SlackKm;

    private static GeoBox BoxOf(GeoPoint center, double radiusKm)
    {
        var degrees = radiusKm / Sphere.KmPerDegree;
        var (south, north) = (center.Latitude - degrees, center.Latitude + degrees);
        // A circle that holds a pole holds every meridian.
        if (south <= -90 || north >= 90)
            return GeoBox.Create(south, -180, north, 180);
        // Widest not at the centre's latitude but poleward of it.
        var width = Math.Asin(Math.Min(1, Math.Sin(Sphere.Radians(degrees)) / Math.Cos(Sphere.Radians(center.Latitude)))) * 180 / Math.PI;
        return GeoBox.Create(south, center.Longitude - width, north, center.Longitude + width);
    }
}
