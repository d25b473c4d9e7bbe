using System.Collections.Immutable;
using System.Text.Json;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Reach;

/// <summary>Finds whom an alert concerns.</summary>
internal static class ReachOf
{
    /// <summary>
    /// Of the <c>infos</c> of an alert's JSON document, as <see cref="Alerts.AlertDocument"/> writes it. An info without
    /// shapes and geocodes has those of the others; where none has any, it is everywhere.
    /// </summary>
    public static AlertReach Document(JsonElement alert)
    {
        if (!alert.TryGetProperty("infos"u8, out var infos))
            return new AlertReach([]);
        var parts = infos.EnumerateArray().Select(static i => (Severity(i), Areas: Areas(i))).ToList();
        var common = parts.Exists(static p => p.Areas is not null)
            ? new Area([.. parts.SelectMany(static p => p.Areas?.Shapes ?? [])], [.. parts.SelectMany(static p => p.Areas?.Geocodes ?? [])])
            : Area.Everywhere;
        return new AlertReach([.. parts.Select(p => (p.Item1, p.Areas ?? common))]);
    }

    /// <summary>Of the <c>affects</c> of a journal entry, as <see cref="WriteAffects"/> writes it.</summary>
    public static AlertReach Affects(JsonElement affects)
    {
        if (affects.GetProperty("everywhere"u8).GetBoolean())
            return new AlertReach([(Severity(affects), Area.Everywhere)]);
        var shapes = affects.GetProperty("boxes"u8).EnumerateArray().Select(static b => (Shape)new GeoBoxShape(new GeoBox(b[0].GetDouble(), b[1].GetDouble(), b[2].GetDouble(), b[3].GetDouble())));
        return new AlertReach([(Severity(affects), new Area([.. shapes], Geocodes(affects)))]);
    }

    /// <summary>Writes, in little space, whom the alerts concerned that a change ends: by boxes, so a few more may be told.</summary>
    public static void WriteAffects(Utf8JsonWriter json, AlertReach reach)
    {
        json.WriteStartObject("affects"u8);
        json.WriteString("severity"u8, reach.Severity.ToString());
        json.WriteBoolean("everywhere"u8, reach.Parts.Any(static p => p.Area.IsEverywhere));
        json.WriteStartArray("boxes"u8);
        foreach (var box in reach.Parts.Any(static p => p.Area.IsEverywhere) ? [] : reach.Boxes)
        {
            json.WriteStartArray();
            json.WriteNumberValue(box.South);
            json.WriteNumberValue(box.West);
            json.WriteNumberValue(box.North);
            json.WriteNumberValue(box.East);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("geocodes"u8);
        foreach (var (name, value) in reach.Geocodes)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("value"u8, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Area? Areas(JsonElement info)
    {
        if (!info.TryGetProperty("areas"u8, out var areas))
            return null;
        var shapes = ImmutableArray.CreateBuilder<Shape>();
        var geocodes = ImmutableArray.CreateBuilder<Geocode>();
        foreach (var area in areas.EnumerateArray())
        {
            if (area.TryGetProperty("polygons"u8, out var polygons))
                shapes.AddRange(polygons.EnumerateArray().Select(static p => new GeoPolygon([.. p.EnumerateArray().Select(Point)])));
            if (area.TryGetProperty("circles"u8, out var circles))
                shapes.AddRange(circles.EnumerateArray().Select(static c => new GeoCircle(Point(c.GetProperty("center"u8)), c.GetProperty("radius_km"u8).GetDouble())));
            geocodes.AddRange(Geocodes(area));
        }

        return shapes.Count + geocodes.Count == 0 ? null : new Area(shapes.ToImmutable(), geocodes.ToImmutable());
    }

    private static ImmutableArray<Geocode> Geocodes(JsonElement parent) => parent.TryGetProperty("geocodes"u8, out var geocodes)
        ? [.. geocodes.EnumerateArray().Select(static g => new Geocode(g.GetProperty("name"u8).GetString()!, g.GetProperty("value"u8).GetString()!))]
        : [];

    private static GeoPoint Point(JsonElement pair) => new(pair[0].GetDouble(), pair[1].GetDouble());

    private static CapSeverity Severity(JsonElement parent) => Enum.Parse<CapSeverity>(parent.GetProperty("severity"u8).GetString()!);
}
