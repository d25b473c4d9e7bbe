namespace Banyan.Services.Disaster.Geo;

/// <summary>Distances on the sphere of the Earth's mean radius; within 0.6 % of those on the ellipsoid.</summary>
internal static class Sphere
{
    /// <summary>Mean radius (IUGG), kilometres.</summary>
    public const double RadiusKm = 6371.0088;

    /// <summary>Kilometres of one degree of a great circle.</summary>
    public const double KmPerDegree = RadiusKm * Math.PI / 180;

    /// <summary>Great-circle distance in kilometres.</summary>
    public static double DistanceKm(GeoPoint a, GeoPoint b)
    {
        // Haversine: exact also for points close together.
        var latitude = Math.Sin(Radians(b.Latitude - a.Latitude) / 2);
        var longitude = Math.Sin(Radians(b.Longitude - a.Longitude) / 2);
        var h = (latitude * latitude) + (Math.Cos(Radians(a.Latitude)) * Math.Cos(Radians(b.Latitude)) * longitude * longitude);
        return 2 * RadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    /// <summary>Distance in kilometres from a point to the great-circle arc between two others, which must be less than half a circle apart.</summary>
    public static double DistanceToArcKm(GeoPoint point, GeoPoint from, GeoPoint to)
    {
        var (p, a, b) = (Unit(point), Unit(from), Unit(to));
        var normal = Cross(a, b);
        var length = Math.Sqrt(Dot(normal, normal));
        if (length > 1e-12)
        {
            var height = Dot(p, normal) / length;
            var foot = (p.X - (height * normal.X / length), p.Y - (height * normal.Y / length), p.Z - (height * normal.Z / length));
            if (Dot(Cross(a, foot), normal) >= 0 && Dot(Cross(foot, b), normal) >= 0)
                return RadiusKm * Math.Abs(Math.Asin(Math.Clamp(height, -1, 1)));
        }

        return Math.Min(DistanceKm(point, from), DistanceKm(point, to));
    }

    public static double Radians(double degrees) => degrees * (Math.PI / 180);

    private static (double X, double Y, double Z) Unit(GeoPoint point)
    {
        var (sinLatitude, cosLatitude) = Math.SinCos(Radians(point.Latitude));
        var (sinLongitude, cosLongitude) = Math.SinCos(Radians(point.Longitude));
        return (cosLatitude * cosLongitude, cosLatitude * sinLongitude, sinLatitude);
    }

    private static (double X, double Y, double Z) Cross((double X, double Y, double Z) a, (double X, double Y, double Z) b) =>
        ((a.Y * b.Z) - (a.Z * b.Y), (a.Z * b.X) - (a.X * b.Z), (a.X * b.Y) - (a.Y * b.X));

    private static double Dot((double X, double Y, double Z) a, (double X, double Y, double Z) b) => (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z);
}
