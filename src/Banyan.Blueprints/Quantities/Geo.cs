namespace Banyan.Blueprints.Quantities;

/// <summary>Distances on the earth.</summary>
public static class Geo
{
    /// <summary>The mean radius of the earth (IUGG R1), in kilometres.</summary>
    private const double EarthRadius = 6371.0088;

    /// <summary>The great-circle distance in kilometres; on a sphere, so right within about half a per cent.</summary>
    public static double KilometresBetween(Coordinates a, Coordinates b)
    {
        var (latA, latB) = (double.DegreesToRadians(a.Latitude), double.DegreesToRadians(b.Latitude));
        var sinLat = Math.Sin((latB - latA) / 2);
        var sinLon = Math.Sin(double.DegreesToRadians(b.Longitude - a.Longitude) / 2);
        var h = (sinLat * sinLat) + (Math.Cos(latA) * Math.Cos(latB) * sinLon * sinLon);
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
