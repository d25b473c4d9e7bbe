namespace Banyan.Console.Map;

/// <summary>A point in degrees.</summary>
public readonly record struct LonLat(double Longitude, double Latitude);

/// <summary>A closed line on the map; the last point joins the first. Immutable.</summary>
public sealed class GeoRing
{
    public GeoRing(IReadOnlyList<LonLat> points)
    {
        Points = points;
        Box = new GeoBox(points.Min(p => p.Longitude), points.Min(p => p.Latitude), points.Max(p => p.Longitude), points.Max(p => p.Latitude));
    }

    public IReadOnlyList<LonLat> Points { get; }

    /// <summary>The smallest box around it.</summary>
    public GeoBox Box { get; }

    /// <summary>Whether a point lies inside (even-odd rule).</summary>
    public bool Contains(LonLat point)
    {
        if (!Box.Contains(point))
            return false;
        var inside = false;
        for (int i = 0, j = Points.Count - 1; i < Points.Count; j = i++)
        {
            var (a, b) = (Points[i], Points[j]);
            if (a.Latitude > point.Latitude != b.Latitude > point.Latitude
                && point.Longitude < ((b.Longitude - a.Longitude) * (point.Latitude - a.Latitude) / (b.Latitude - a.Latitude)) + a.Longitude)
                inside = !inside;
        }

        return inside;
    }
}

/// <summary>A box in degrees; does not cross the 180th meridian.</summary>
public readonly record struct GeoBox(double West, double South, double East, double North)
{
    public bool Contains(LonLat point) =>
        point.Longitude >= West && point.Longitude <= East && point.Latitude >= South && point.Latitude <= North;

    public bool Touches(GeoBox other) => West <= other.East && East >= other.West && South <= other.North && North >= other.South;

    /// <summary>The same box, larger by so many degrees on each side.</summary>
    public GeoBox Grown(double degrees) => new(West - degrees, South - degrees, East + degrees, North + degrees);
}
