using System.Globalization;

namespace Banyan.Routing.Entry;

/// <summary>A place on earth, WGS 84, in degrees: latitude -90 to 90, longitude -180 to 180.</summary>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    private const string GeoScheme = "geo:";
    private const double MeanEarthRadiusKm = 6371.0088;

    /// <summary>Reads <c>lat,lon</c> or a <c>geo:</c> URI (RFC 5870), whose altitude and parameters don't matter here.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out GeoPoint point)
    {
        point = default;
        text = text.Trim();
        var uri = text.StartsWith(GeoScheme, StringComparison.OrdinalIgnoreCase);
        if (uri)
        {
            text = text[GeoScheme.Length..];
            var parameters = text.IndexOf(';');
            if (parameters >= 0)
                text = text[..parameters];
        }

        var comma = text.IndexOf(',');
        if (comma < 0)
            return false;
        var rest = text[(comma + 1)..];
        var altitude = rest.IndexOf(',');
        if (altitude >= 0 && (!uri || !TryNumber(rest[(altitude + 1)..], double.MaxValue, out _)))
            return false;
        if (!TryNumber(text[..comma], 90, out var latitude) || !TryNumber(altitude < 0 ? rest : rest[..altitude], 180, out var longitude))
            return false;
        point = new GeoPoint(latitude, longitude);
        return true;
    }

    /// <summary>Great-circle distance in kilometres (haversine; the earth as a sphere).</summary>
    public double DistanceTo(GeoPoint other)
    {
        var a = double.DegreesToRadians(Latitude);
        var b = double.DegreesToRadians(other.Latitude);
        var acrossLatitude = Math.Sin((b - a) / 2);
        var acrossLongitude = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var h = (acrossLatitude * acrossLatitude) + (Math.Cos(a) * Math.Cos(b) * acrossLongitude * acrossLongitude);
        return 2 * MeanEarthRadiusKm * Math.Asin(Math.Sqrt(Math.Min(1, h)));
    }

    private static bool TryNumber(ReadOnlySpan<char> text, double most, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out value)
        && Math.Abs(value) <= most;
}
