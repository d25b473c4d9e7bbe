using System.Globalization;
using System.Text.Json;
using Banyan.Journal;

namespace Banyan.Cells.Events;

/// <summary>Journal entries as CloudEvents 1.0.2 in JSON (CloudEvents JSON Event Format 1.0.2). Pure.</summary>
internal static class CloudEventsJson
{
    public const string BatchContentType = "application/cloudevents-batch+json";

    /// <summary>The <c>source</c> of a partition's events; with <c>id</c> it names an event for ever.</summary>
    public static string Source(string platform, string partition) => $"urn:banyan:{Uri.EscapeDataString(platform)}:partition:{Uri.EscapeDataString(partition)}";

    /// <summary>Writes one entry as one event.</summary>
    public static void Write(Utf8JsonWriter json, JournalEntry entry, string source)
    {
        json.WriteStartObject();
        json.WriteString("specversion"u8, "1.0");
        json.WriteString("id"u8, entry.Id);
        json.WriteString("source"u8, source);
        json.WriteString("type"u8, entry.Type);
        if (entry.Subject is { Length: > 0 } subject)
            json.WriteString("subject"u8, subject);
        json.WriteString("time"u8, entry.RecordedAt);
        json.WriteString("datacontenttype"u8, entry.ContentType);
        // Extension attributes. A position is 64 bits wide and an Integer of CloudEvents is not, so it is a String.
        json.WriteString("position"u8, entry.Position.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("epoch"u8, entry.Epoch);
        json.WriteString("topic"u8, entry.Topic);
        if (entry.TraceParent is { } trace)
            json.WriteString("traceparent"u8, trace); // "Distributed Tracing" extension
        if (entry.IsErased)
            json.WriteBoolean("erased"u8, true); // nothing of subject and data is left: their person was deleted
        else
            WriteData(json, entry);
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, JournalEntry entry)
    {
        // Section 3.1.1: JSON data is a JSON value, all else a string.
        json.WritePropertyName("data"u8);
        if (!IsJson(entry.ContentType))
        {
            json.WriteStringValue(entry.Data);
            return;
        }

        try
        {
            json.WriteRawValue(entry.Data);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            json.WriteStringValue(entry.Data); // what its service called JSON is not: readers still get all of it
        }
    }

    private static bool IsJson(string contentType)
    {
        var type = contentType.AsSpan();
        var parameters = type.IndexOf(';');
        if (parameters >= 0)
            type = type[..parameters];
        type = type.TrimEnd();
        return type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
