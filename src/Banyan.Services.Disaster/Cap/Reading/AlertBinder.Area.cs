using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>Section 3.2.4.</summary>
internal sealed partial class AlertBinder
{
    private const double HalfCircumferenceKm = 20_038;

    private static readonly Sequence AreaParts = new("areaDesc", "polygon*", "circle*", "geocode*", "altitude?", "ceiling?");

    private CapArea Area(CapElement element)
    {
        var parts = AreaParts.Check(element, problems);
        var area = new CapArea
        {
            Description = Required(One(parts, "areaDesc"), Rules.Area),
            Polygons = [.. Many(parts, "polygon").Select(Polygon).OfType<CapPolygon>()],
            Circles = [.. Many(parts, "circle").Select(Circle).OfType<CapCircle>()],
            Geocodes = [.. Many(parts, "geocode").Select(Value)],
            Altitude = Decimal(One(parts, "altitude")),
            Ceiling = Decimal(One(parts, "ceiling")),
        };
        if (One(parts, "ceiling") is { } ceiling)
        {
            if (!parts.ContainsKey("altitude"))
                problems.Error(ceiling, Rules.Area, "'ceiling' must not be used without 'altitude'. Add the lower limit as 'altitude'.");
            else if (area.Ceiling?.Value < area.Altitude?.Value)
                problems.Warn(ceiling, Rules.Area, $"The upper limit {area.Ceiling} is below the lower limit {area.Altitude}.");
        }

        if (Many(parts, "geocode").Count > 0 && Many(parts, "polygon").Count == 0 && Many(parts, "circle").Count == 0)
            problems.Warn(element, Rules.Area, "The area has geocodes only, so recipients who are known by their position can't be reached. Add the same area as polygon or circle.");
        return area;
    }

    private CapPolygon? Polygon(CapElement element)
    {
        var pairs = Text(element)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var points = ImmutableArray.CreateBuilder<CapPoint>(pairs.Length);
        foreach (var pair in pairs)
        {
            if (Point(element, pair) is not { } point)
                return null;
            points.Add(point);
        }

        if (points.Count < 4)
        {
            problems.Error(element, Rules.Area, $"A polygon has at least four points, the last equal to the first; this one has {points.Count}.");
            return null;
        }

        var (first, last) = (points[0], points[^1]);
        if (first.Latitude.Value != last.Latitude.Value || first.Longitude.Value != last.Longitude.Value)
        {
            problems.Error(element, Rules.Area, $"The polygon is not closed: it begins at {first} and ends at {last}. Repeat the first point as the last.");
            return null;
        }

        if (points.Select(static p => (p.Latitude.Value, p.Longitude.Value)).Distinct().Count() < 3)
            problems.Warn(element, Rules.Area, "The polygon has fewer than three different points, so it is a line or a point. Use a circle for a place.");
        return new CapPolygon(points.MoveToImmutable());
    }

    private CapCircle? Circle(CapElement element)
    {
        var parts = Text(element)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2 || !CapDecimal.TryParse(parts[1], out var radius))
        {
            problems.Error(element, Rules.Area, $"'{Shorten(element.Text)}' is not a circle. Write 'latitude,longitude radius', the radius in kilometres, such as '-1.2921,36.8219 12.5'.");
            return null;
        }

        if (Point(element, parts[0]) is not { } center)
            return null;
        if (radius.Value < 0)
        {
            problems.Error(element, Rules.Area, $"The radius {radius} is negative. Give kilometres, 0 or more.");
            return null;
        }

        if (radius.Value > HalfCircumferenceKm)
            problems.Warn(element, Rules.Area, $"A radius of {radius} km reaches around the Earth. The radius is in kilometres.");
        return new CapCircle(center, radius);
    }

    private CapPoint? Point(CapElement element, string pair)
    {
        var comma = pair.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !CapDecimal.TryParse(pair.AsSpan(0, comma), out var latitude) || !CapDecimal.TryParse(pair.AsSpan(comma + 1), out var longitude))
        {
            problems.Error(element, Rules.Coordinates, $"'{Shorten(pair)}' is not a point. Write 'latitude,longitude' in decimal degrees without a space, such as '-1.2921,36.8219'.");
            return null;
        }

        if (latitude.Value is >= -90 and <= 90 && longitude.Value is >= -180 and <= 180)
            return new CapPoint(latitude, longitude);
        var swapped = latitude.Value is >= -180 and <= 180 && longitude.Value is >= -90 and <= 90 ? " Latitude comes first: are they swapped?" : "";
        problems.Error(element, Rules.Coordinates, $"'{Shorten(pair)}' is not on Earth: latitude is from -90 to 90, longitude from -180 to 180.{swapped}");
        return null;
    }

    private CapDecimal? Decimal(CapElement? element)
    {
        if (Text(element) is not { } text)
            return null;
        if (CapDecimal.TryParse(text.AsSpan().Trim(), out var number))
            return number;
        problems.Error(element!, Rules.Schema, $"'{Shorten(text)}' is not a decimal number of feet above mean sea level, such as 1500.");
        return null;
    }
}
