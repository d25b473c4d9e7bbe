using System.Globalization;
using System.Text;

namespace Banyan.Console.Map;

/// <summary>
/// All of the map that does not change while a platform runs: land, lines of latitude and longitude, where each region's
/// mark and label stand. Made once. Immutable.
/// </summary>
public sealed class MapDrawing
{
    private readonly Dictionary<string, MapMark> _marks;

    private MapDrawing(MapFrame frame, string land, string hosts, string grid, IReadOnlyList<MapMark> marks)
    {
        (Frame, Land, Hosts, Grid, Marks) = (frame, land, hosts, grid, marks);
        _marks = marks.ToDictionary(m => m.Region, StringComparer.Ordinal);
    }

    public MapFrame Frame { get; }

    /// <summary>Path data of the countries that host no region.</summary>
    public string Land { get; }

    /// <summary>Path data of the countries that do.</summary>
    public string Hosts { get; }

    /// <summary>Path data of the grid.</summary>
    public string Grid { get; }

    /// <summary>One for each region whose place is known.</summary>
    public IReadOnlyList<MapMark> Marks { get; }

    /// <summary>The mark of a region; null where its place is not known.</summary>
    public MapMark? Find(string region) => _marks.GetValueOrDefault(region);

    /// <summary>Draws the map around these regions; null where none has a place.</summary>
    public static MapDrawing? Make(IReadOnlyCollection<(string Region, LonLat At)> regions)
    {
        if (regions.Count == 0)
            return null;
        var frame = MapFrame.Around([.. regions.Select(r => r.At)]);
        var (land, hosts) = (new StringBuilder(), new StringBuilder());
        foreach (var country in WorldMap.Instance.Countries)
        {
            var path = regions.Any(r => country.Any(ring => ring.Contains(r.At))) ? hosts : land;
            foreach (var ring in country)
                frame.Draw(ring, path);
        }

        return new MapDrawing(frame, land.ToString(), hosts.ToString(), DrawGrid(frame), PlaceMarks(frame, regions));
    }

    private static List<MapMark> PlaceMarks(MapFrame frame, IReadOnlyCollection<(string Region, LonLat At)> regions)
    {
        var places = regions.Select(r =>
        {
            var (x, y) = frame.Project(r.At);
            return (r.Region, X: x, Y: y);
        }).ToList();
        var sides = LabelPlacer.Place([.. places.Select(p => (p.X / MapFrame.Width, p.Y / MapFrame.Height, p.Region))]);
        return [.. places.Select((p, i) => new MapMark(p.Region, p.X, p.Y, sides[i]))];
    }

    private static string DrawGrid(MapFrame frame)
    {
        var span = frame.Box.North - frame.Box.South;
        var step = span > 100 ? 30 : span > 40 ? 15 : 5;
        var path = new StringBuilder();
        for (var longitude = (int)Math.Ceiling(frame.Box.West / step) * step; longitude <= frame.Box.East; longitude += step)
            path.Append(CultureInfo.InvariantCulture, $"M{frame.Project(new LonLat(longitude, 0)).X:0.#} 0V{MapFrame.Height:0}");
        for (var latitude = (int)Math.Ceiling(frame.Box.South / step) * step; latitude <= frame.Box.North; latitude += step)
            path.Append(CultureInfo.InvariantCulture, $"M0 {frame.Project(new LonLat(0, latitude)).Y:0.#}H{MapFrame.Width:0}");
        return path.ToString();
    }
}

/// <summary>Where a region's mark stands in the drawing, and on which side of it its label.</summary>
public sealed record MapMark(string Region, double X, double Y, LabelSide Label)
{
    /// <summary>The place as percentages of the frame, for drawings that keep their size when the map grows.</summary>
    public string Left => string.Create(CultureInfo.InvariantCulture, $"{X / MapFrame.Width * 100:0.##}%");

    /// <inheritdoc cref="Left"/>
    public string Top => string.Create(CultureInfo.InvariantCulture, $"{Y / MapFrame.Height * 100:0.##}%");
}
