using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>
/// An alert as JSON, encoded once, when it is taken; docs/disaster.md describes it. Names in snake case; what is absent
/// in the message is absent here; coordinates are numbers with the digits of the message, latitude first as in CAP.
/// </summary>
internal static class AlertDocument
{
    /// <summary>How all JSON of this service is written: not escaped beyond need, on one line.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(AlertRecord record, IReadOnlyList<EarlierAlert> supersedes)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteAlert(json, record, supersedes);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteAlert(Utf8JsonWriter json, AlertRecord record, IReadOnlyList<EarlierAlert> supersedes)
    {
        var alert = record.Alert;
        json.WriteString("id"u8, record.Id);
        json.WriteString("sender"u8, alert.Sender);
        json.WriteString("identifier"u8, alert.Identifier);
        json.WriteString("sent"u8, alert.Sent.Text);
        json.WriteString("status"u8, alert.Status.ToString());
        json.WriteString("message_type"u8, alert.MessageType.ToString());
        json.WriteString("scope"u8, alert.Scope.ToString());
        json.WriteString("received_at"u8, record.ReceivedAt.UtcDateTime);
        if (record.Expires is { } expires)
            json.WriteString("expires"u8, expires.UtcDateTime);
        if (!alert.Infos.IsEmpty)
            json.WriteString("severity"u8, alert.Infos.Max(static i => i.Severity).ToString());
        Text(json, "source"u8, alert.Source);
        Texts(json, "codes"u8, alert.Codes);
        Text(json, "note"u8, alert.Note);
        Text(json, "incidents"u8, alert.Incidents);
        Array(json, "references"u8, alert.References, static (j, r) => Reference(j, r.Sender, r.Identifier, r.Sent.Text));
        Array(json, "supersedes"u8, supersedes, static (j, e) =>
        {
            j.WriteString("id"u8, e.Id);
            Reference(j, e.Sender, e.Identifier, e.SentText);
        });
        Array(json, "infos"u8, alert.Infos, WriteInfo);
    }

    private static void WriteInfo(Utf8JsonWriter json, CapInfo info)
    {
        json.WriteString("language"u8, info.Language ?? CapInfo.DefaultLanguage);
        Texts(json, "categories"u8, info.Categories.Select(static c => c.ToString()));
        json.WriteString("event"u8, info.Event);
        Texts(json, "response_types"u8, info.ResponseTypes.Select(static r => r.ToString()));
        json.WriteString("urgency"u8, info.Urgency.ToString());
        json.WriteString("severity"u8, info.Severity.ToString());
        json.WriteString("certainty"u8, info.Certainty.ToString());
        Text(json, "audience"u8, info.Audience);
        Values(json, "event_codes"u8, info.EventCodes);
        Text(json, "effective"u8, info.Effective?.Text);
        Text(json, "onset"u8, info.Onset?.Text);
        Text(json, "expires"u8, info.Expires?.Text);
        Text(json, "sender_name"u8, info.SenderName);
        Text(json, "headline"u8, info.Headline);
        Text(json, "description"u8, info.Description);
        Text(json, "instruction"u8, info.Instruction);
        Text(json, "web"u8, info.Web);
        Text(json, "contact"u8, info.Contact);
        Values(json, "parameters"u8, info.Parameters);
        Array(json, "resources"u8, info.Resources, static (j, r) =>
        {
            j.WriteString("description"u8, r.Description);
            j.WriteString("mime_type"u8, r.MimeType);
            Text(j, "size"u8, r.Size);
            Text(j, "uri"u8, r.Uri);
            Text(j, "digest"u8, r.Digest);
        });
        Array(json, "areas"u8, info.Areas, WriteArea);
    }

    private static void WriteArea(Utf8JsonWriter json, CapArea area)
    {
        json.WriteString("description"u8, area.Description);
        if (!area.Polygons.IsEmpty)
        {
            json.WriteStartArray("polygons"u8);
            foreach (var polygon in area.Polygons)
            {
                json.WriteStartArray();
                foreach (var point in polygon.Points)
                    Point(json, point);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        Array(json, "circles"u8, area.Circles, static (j, c) =>
        {
            j.WritePropertyName("center"u8);
            Point(j, c.Center);
            Number(j, "radius_km"u8, c.RadiusKm);
        });
        Values(json, "geocodes"u8, area.Geocodes);
        Number(json, "altitude_ft"u8, area.Altitude);
        Number(json, "ceiling_ft"u8, area.Ceiling);
    }

    private static void Reference(Utf8JsonWriter json, string sender, string identifier, string sent)
    {
        json.WriteString("sender"u8, sender);
        json.WriteString("identifier"u8, identifier);
        json.WriteString("sent"u8, sent);
    }

    private static void Point(Utf8JsonWriter json, CapPoint point)
    {
        json.WriteStartArray();
        json.WriteRawValue(point.Latitude.ToJson());
        json.WriteRawValue(point.Longitude.ToJson());
        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, CapDecimal? number)
    {
        if (number is not { } value)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToJson());
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            json.WriteString(name, text);
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        var all = texts as ICollection<string> ?? texts.ToImmutableArray();
        if (all.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in all)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Values(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<CapValue> values) => Array(json, name, values, static (j, v) =>
    {
        j.WriteString("name"u8, v.Name);
        j.WriteString("value"u8, v.Value);
    });

    private static void Array<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
