using System.Globalization;
using System.Text;

namespace Banyan.Console.Map;

/// <summary>
/// The part of the world that the console shows, and the way from degrees to its drawing: equirectangular, true to scale
/// at its middle latitude. Immutable.
/// </summary>
public sealed class MapFrame
{
    /// <summary>Width of the drawing, in its own units.</summary>
    public const double Width = 1000;

    /// <summary>Height of the drawing, in its own units.</summary>
    public const double Height = 760;

    private const double Margin = 0.24;
    private const double LeastSpan = 14;
    private static readonly GeoBox World = new(-180, -58, 180, 84);

    private readonly double _scaleX;
    private readonly double _scaleY;

    private MapFrame(GeoBox box)
    {
        Box = box;
        _scaleX = Width / (box.East - box.West);
        _scaleY = Height / (box.North - box.South);
    }

    /// <summary>What is in the frame.</summary>
    public GeoBox Box { get; }

    /// <summary>The frame that holds all these points with room around them.</summary>
    /// <exception cref="ArgumentException">There are no points.</exception>
    public static MapFrame Around(IReadOnlyCollection<LonLat> points)
    {
        if (points.Count == 0)
            throw new ArgumentException("A frame needs a point.", nameof(points));
        var (west, east) = Spread(points.Min(p => p.Longitude), points.Max(p => p.Longitude));
        var (south, north) = Spread(points.Min(p => p.Latitude), points.Max(p => p.Latitude));

        // A degree of longitude is narrower than one of latitude, away from the equator; widen what is too narrow for the drawing.
        var squeeze = Math.Max(0.3, Math.Cos(double.DegreesToRadians((south + north) / 2)));
        var wanted = (north - south) * Width / Height / squeeze;
        if (east - west < wanted)
            (west, east) = Widen(west, east, wanted);
        else
            (south, north) = Widen(south, north, (east - west) * squeeze * Height / Width);
        (west, east) = Keep(west, east, World.West, World.East);
        (south, north) = Keep(south, north, World.South, World.North);
        return new MapFrame(new GeoBox(west, south, east, north));
    }

    /// <summary>Where a point is in the drawing; the origin is the upper left corner.</summary>
    public (double X, double Y) Project(LonLat point) => ((point.Longitude - Box.West) * _scaleX, (Box.North - point.Latitude) * _scaleY);

    /// <summary>SVG path data of a ring, as far as it is in the frame; empty where none of it is.</summary>
    public void Draw(GeoRing ring, StringBuilder path)
    {
        if (!ring.Box.Touches(Box))
            return;
        var points = RingClip.Clip(ring.Points, Box.Grown(1));
        if (points.Count < 3)
            return;
        for (var i = 0; i < points.Count; i++)
        {
            var (x, y) = Project(points[i]);
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{x:0.#} {y:0.#}");
        }

        path.Append('Z');
    }

    private static (double Low, double High) Spread(double low, double high)
    {
        var margin = Math.Max((high - low) * Margin, (LeastSpan - (high - low)) / 2);
        return (low - margin, high + margin);
    }

    private static (double Low, double High) Widen(double low, double high, double span) => ((low + high - span) / 2, (low + high + span) / 2);

    private static (double Low, double High) Keep(double low, double high, double least, double most)
    {
        if (high - low >= most - least)
            return (least, most);
        var shift = low < least ? least - low : high > most ? most - high : 0;
        return (low + shift, high + shift);
    }
}
