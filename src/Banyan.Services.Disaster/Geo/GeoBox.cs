using System.Runtime.InteropServices;

namespace Banyan.Services.Disaster.Geo;

/// <summary>
/// A box of latitudes and longitudes, its edges included. West is from -180 up to 180; East is not less than West and
/// goes past 180 where the box crosses the antimeridian, at most to West + 360.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GeoBox(double South, double West, double North, double East)
{
    /// <summary>All the Earth.</summary>
    public static GeoBox World { get; } = new(-90, -180, 90, 180);

    /// <summary>The box of one point.</summary>
    public static GeoBox Of(GeoPoint point) => Create(point.Latitude, point.Longitude, point.Latitude, point.Longitude);

    /// <summary>Brings longitudes into range; a box as wide as the Earth becomes all longitudes.</summary>
    public static GeoBox Create(double south, double west, double north, double east)
    {
        (south, north) = (Math.Max(south, -90), Math.Min(north, 90));
        if (east - west >= 360)
            return new GeoBox(south, -180, north, 180);
        var turns = Math.Floor((west + 180) / 360) * 360;
        return new GeoBox(south, west - turns, north, east - turns);
    }

    /// <summary>Whether the boxes have a point in common.</summary>
    public bool Overlaps(GeoBox other)
    {
        if (other.South > North || other.North < South)
            return false;
        // At a pole all longitudes are one point.
        if ((North >= 90 && other.North >= 90) || (South <= -90 && other.South <= -90))
            return true;
        return Meet(other, 0) || Meet(other, 360) || Meet(other, -360);
    }

    /// <summary>Whether the point is in the box, give or take a millionth of a degree.</summary>
    public bool Contains(GeoPoint point)
    {
        const double Slack = 1e-6;
        return new GeoBox(South - Slack, West - Slack, North + Slack, East + Slack).Overlaps(Of(point));
    }

    private bool Meet(GeoBox other, double turn) => other.West + turn <= East && other.East + turn >= West;
}
