using System.Collections.Immutable;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Reach;

/// <summary>Reads an interest from the texts of a query or of a subscription. Every problem at once.</summary>
internal sealed class InterestReader
{
    /// <summary>The most points, areas and geocodes together.</summary>
    public const int MaxParts = 20;

    /// <summary>The longest geocode, in characters.</summary>
    public const int MaxGeocode = 500;

    /// <summary>The most points of all polygons together: others wait while they are compared.</summary>
    public const int MaxPolygonPoints = 200;

    private readonly ImmutableArray<GeoPoint>.Builder _points = ImmutableArray.CreateBuilder<GeoPoint>();
    private readonly ImmutableArray<Shape>.Builder _shapes = ImmutableArray.CreateBuilder<Shape>();
    private readonly ImmutableArray<Geocode>.Builder _geocodes = ImmutableArray.CreateBuilder<Geocode>();
    private int _polygonPoints;
    private CapSeverity _severity = CapSeverity.Unknown;

    public List<string> Problems { get; } = [];

    public Interest Interest => new() { Points = _points.ToImmutable(), Shapes = _shapes.ToImmutable(), Geocodes = _geocodes.ToImmutable(), MinSeverity = _severity };

    /// <summary><c>lat,lon</c></summary>
    public void AddPoint(string text)
    {
        if (Count() && TryPoint(text.AsSpan().Trim(), out var point))
            _points.Add(point);
        else
            Problems.Add($"point '{Shorten(text)}' is not 'latitude,longitude' in decimal degrees, such as -1.2921,36.8219.");
    }

    /// <summary>A circle <c>lat,lon radius_km</c>, or a polygon <c>lat,lon lat,lon …</c> as CAP writes them; a polygon need not repeat its first point.</summary>
    public void AddArea(string text)
    {
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (!Count())
            return;
        if (parts.Length == 2 && TryPoint(parts[0], out var center) && CapDecimal.TryParse(parts[1], out var radius) && radius.Value is >= 0 and <= 20_038)
        {
            _shapes.Add(new GeoCircle(center, radius.Value));
            return;
        }

        var ring = ImmutableArray.CreateBuilder<GeoPoint>(parts.Length + 1);
        foreach (var part in parts)
        {
            if (TryPoint(part, out var point))
                ring.Add(point);
        }

        if (ring.Count == parts.Length && ring.Count > 0 && ring[0] != ring[^1])
            ring.Add(ring[0]);
        if (ring.Count < parts.Length || ring.Count < 4)
            Problems.Add($"area '{Shorten(text)}' is neither a circle 'latitude,longitude radius_km' nor a polygon of three or more points 'latitude,longitude' separated by spaces.");
        else if ((_polygonPoints += ring.Count) > MaxPolygonPoints)
            Problems.Add($"area: polygons have more than {MaxPolygonPoints} points together. Simplify them.");
        else
            _shapes.Add(new GeoPolygon(ring.ToImmutable()));
    }

    /// <summary><c>name=value</c>, or <c>name:value</c> parted at the last colon.</summary>
    public void AddGeocode(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? equals : text.LastIndexOf(':');
        if (Count() && at > 0 && at < text.Length - 1 && text.Length <= MaxGeocode)
            _geocodes.Add(new Geocode(text[..at], text[(at + 1)..]));
        else
            Problems.Add($"geocode '{Shorten(text)}' is not 'name=value', such as ISO3166-2=KE-17.");
    }

    /// <summary>The least severity.</summary>
    public void SetSeverity(string text)
    {
        if (text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out CapSeverity severity) && Enum.IsDefined(severity))
            _severity = severity;
        else
            Problems.Add($"severity '{Shorten(text)}' is not one of {string.Join(", ", Enum.GetNames<CapSeverity>())}.");
    }

    private static bool TryPoint(ReadOnlySpan<char> text, out GeoPoint point)
    {
        point = default;
        var comma = text.IndexOf(',');
        if (comma < 0 || !CapDecimal.TryParse(text[..comma].Trim(), out var latitude) || !CapDecimal.TryParse(text[(comma + 1)..].Trim(), out var longitude))
            return false;
        point = new GeoPoint(latitude.Value, longitude.Value);
        return point is { Latitude: >= -90 and <= 90, Longitude: >= -180 and <= 180 };
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private bool Count()
    {
        if (_points.Count + _shapes.Count + _geocodes.Count < MaxParts)
            return true;
        if (!Problems.Exists(static p => p.StartsWith("At most", StringComparison.Ordinal)))
            Problems.Add($"At most {MaxParts} points, areas and geocodes together are taken.");
        return false;
    }
}
