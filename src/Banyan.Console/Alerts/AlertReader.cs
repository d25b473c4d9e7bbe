using System.Text.Json;
using Banyan.Console.Map;

namespace Banyan.Console.Alerts;

/// <summary>Reads the JSON of alerts that cells give to the public (docs/disaster.md). What is not as expected is left out.</summary>
internal static class AlertReader
{
    private const int MostShapes = 12;
    private const int MostPoints = 2000;

    /// <summary>An alert; null where the document is none.</summary>
    public static ConsoleAlert? Read(string region, JsonElement document)
    {
        if (IdOf(document) is not { } id || Time(document, "received_at"u8) is not { } received)
            return null;
        var info = Items(document, "infos"u8).FirstOrDefault();
        var areas = Items(document, "infos"u8).SelectMany(static i => Items(i, "areas"u8)).ToList();
        var what = Text(info, "event"u8) ?? "Alert";
        return new ConsoleAlert
        {
            Id = id,
            Region = region,
            Event = what,
            Headline = Text(info, "headline"u8) ?? what,
            Severity = Text(document, "severity"u8) is "Extreme" or "Severe" or "Moderate" or "Minor" ? Text(document, "severity"u8)! : "Unknown",
            Urgency = Text(info, "urgency"u8),
            Certainty = Text(info, "certainty"u8),
            ReceivedAt = received,
            Expires = Time(document, "expires"u8),
            Update = Text(document, "message_type"u8) == "Update",
            Area = areas.Count == 0 ? null : string.Join("; ", areas.Select(static a => Text(a, "description"u8)).OfType<string>().Distinct(StringComparer.Ordinal)),
            Shapes = [.. areas.SelectMany(ShapesOf).Take(MostShapes)],
            Address = $"/regions/{Uri.EscapeDataString(region)}/disaster/v1/alerts/{Uri.EscapeDataString(id)}/cap",
        };
    }

    /// <summary>The id of an alert's document; null where it has none.</summary>
    public static string? IdOf(JsonElement document) => Text(document, "id"u8);

    /// <summary>The ids of the alerts that a document ends.</summary>
    public static IEnumerable<string> Ended(JsonElement document) => Items(document, "supersedes"u8).Select(IdOf).OfType<string>();

    /// <summary>A member that is an object or a text; the default where there is none.</summary>
    public static JsonElement Member(JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(JsonElement element, ReadOnlySpan<byte> name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static IEnumerable<JsonElement> Items(JsonElement element, ReadOnlySpan<byte> name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private static DateTimeOffset? Time(JsonElement element, ReadOnlySpan<byte> name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var time) ? time : null;

    private static IEnumerable<AlertShape> ShapesOf(JsonElement area)
    {
        foreach (var polygon in Items(area, "polygons"u8))
        {
            if (polygon.ValueKind == JsonValueKind.Array && polygon.EnumerateArray().Take(MostPoints).Select(Point).OfType<LonLat>().ToList() is { Count: >= 3 } points)
                yield return new AlertShape(points, null);
        }

        foreach (var circle in Items(area, "circles"u8))
        {
            if (Point(Member(circle, "center"u8)) is { } center && Member(circle, "radius_km"u8) is { ValueKind: JsonValueKind.Number } radius)
                yield return new AlertShape([], new AlertCircle(center, radius.GetDouble()));
        }
    }

    private static LonLat? Point(JsonElement point) =>
        point.ValueKind == JsonValueKind.Array && point.GetArrayLength() == 2 && point[0].ValueKind == JsonValueKind.Number && point[1].ValueKind == JsonValueKind.Number
            ? new LonLat(point[1].GetDouble(), point[0].GetDouble())
            : null;
}
