using System.Globalization;

namespace Banyan.Console.Map;

/// <summary>The land of the world as rings of points, read once from the file that eng/world-map makes. Immutable.</summary>
public sealed class WorldMap
{
    private const double StepsPerDegree = 50;
    private static readonly Lazy<WorldMap> Shared = new(Read);

    private WorldMap(IReadOnlyList<IReadOnlyList<GeoRing>> countries) => Countries = countries;

    /// <summary>The one map; read on first use.</summary>
    public static WorldMap Instance => Shared.Value;

    /// <summary>Each country as its pieces of land, large countries first.</summary>
    public IReadOnlyList<IReadOnlyList<GeoRing>> Countries { get; }

    private static WorldMap Read()
    {
        using var stream = typeof(WorldMap).Assembly.GetManifestResourceStream("map/world.txt")!;
        using var reader = new StreamReader(stream);
        var countries = new List<IReadOnlyList<GeoRing>>(200);
        while (reader.ReadLine() is { } line)
        {
            var rings = new List<GeoRing>();
            foreach (var ring in line.AsSpan().Split('|'))
                rings.Add(ReadRing(line.AsSpan()[ring]));
            countries.Add(rings);
        }

        return new WorldMap(countries);
    }

    private static GeoRing ReadRing(ReadOnlySpan<char> text)
    {
        var points = new List<LonLat>(text.Length / 6);
        int x = 0, y = 0;
        var longitude = true;
        foreach (var range in text.Split(' '))
        {
            var step = int.Parse(text[range], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            if (longitude)
            {
                x += step;
            }
            else
            {
                y += step;
                points.Add(new LonLat(x / StepsPerDegree, y / StepsPerDegree));
            }

            longitude = !longitude;
        }

        return new GeoRing(points);
    }
}
