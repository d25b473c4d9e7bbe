using System.Globalization;
using System.Text;
using Banyan.Console.Alerts;

namespace Banyan.Console.Map;

/// <summary>What moves on the map: the way of replication, and the areas of alerts. Pure.</summary>
public static class MapShapes
{
    private const double KmPerDegree = 111.195;
    private const double Shorten = 24;

    /// <summary>Path data of a bowed line from one mark to another, ending short of both; the way there and the way back bow apart.</summary>
    public static string Link(MapMark from, MapMark to)
    {
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        if (length < 2 * Shorten)
            return "";
        var bow = Math.Min(length * 0.16, 70);
        var (mx, my) = (((from.X + to.X) / 2) - (dy / length * bow), ((from.Y + to.Y) / 2) + (dx / length * bow));
        var (ax, ay) = Toward(from.X, from.Y, mx, my);
        var (bx, by) = Toward(to.X, to.Y, mx, my);
        return string.Create(CultureInfo.InvariantCulture, $"M{ax:0.#} {ay:0.#}Q{mx:0.#} {my:0.#} {bx:0.#} {by:0.#}");
    }

    /// <summary>Path data of an alert's area; empty where it lies outside the frame.</summary>
    public static string Area(AlertShape shape, MapFrame frame)
    {
        var points = shape.Circle is { } circle ? Around(circle) : shape.Polygon;
        if (points.Count < 3)
            return "";
        var path = new StringBuilder();
        frame.Draw(new GeoRing(points), path);
        return path.ToString();
    }

    private static (double X, double Y) Toward(double x, double y, double tx, double ty)
    {
        var length = Math.Sqrt(((tx - x) * (tx - x)) + ((ty - y) * (ty - y)));
        return (x + ((tx - x) / length * Shorten), y + ((ty - y) / length * Shorten));
    }

    private static LonLat[] Around(AlertCircle circle)
    {
        var height = circle.RadiusKm / KmPerDegree;
        var width = height / Math.Max(0.05, Math.Cos(double.DegreesToRadians(circle.Center.Latitude)));
        return [.. Enumerable.Range(0, 48).Select(i => double.DegreesToRadians(i * 7.5)).Select(a => new LonLat(circle.Center.Longitude + (Math.Cos(a) * width), circle.Center.Latitude + (Math.Sin(a) * height)))];
    }
}
