using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Banyan.Journal;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Requests;

/// <summary>
/// Makes a CAP message of a request. The same entry makes the same message, byte for byte: its identifier comes from the
/// entry's id and its time from the entry's. It then passes the same reader as a message from outside, which says what
/// is wrong with a request.
/// </summary>
internal static class RequestedAlert
{
    private const int MaxEvidence = 4_000;
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\n" };

    /// <summary>The message and its XML; or one line that says why there is none.</summary>
    public static (CapAlert? Alert, byte[] Cap, string? Problem) Create(JournalEntry entry, string sender)
    {
        try
        {
            if (JsonSerializer.Deserialize(entry.Data, RequestJson.Default.AlertRequest) is not { } request)
                return (null, [], "empty");
            if (!TryExpires(request.Expires, out var expires))
                return (null, [], $"expires '{request.Expires}' is not an RFC 3339 time");
            var cap = Write(entry, request, sender, expires);
            var reading = CapReader.Read(cap);
            return reading.Alert is { } alert ? (alert, cap, null) : (null, [], string.Join("; ", reading.Errors));
        }
        catch (JsonException e)
        {
            return (null, [], $"not the JSON of a request: {e.Message}");
        }
    }

    private static byte[] Write(JournalEntry entry, AlertRequest request, string sender, CapTime? expires)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, Settings))
        {
            xml.WriteStartElement("alert", CapAlert.Namespace);
            Text(xml, "identifier", $"banyan-{entry.Id}");
            Text(xml, "sender", sender);
            Text(xml, "sent", CapTime.From(entry.RecordedAt).Text);
            Text(xml, "status", nameof(CapStatus.Actual));
            Text(xml, "msgType", nameof(CapMessageType.Alert));
            Text(xml, "source", request.Source);
            Text(xml, "scope", nameof(CapScope.Public));
            xml.WriteStartElement("info", CapAlert.Namespace);
            Text(xml, "category", request.Category ?? "");
            Text(xml, "event", request.Event ?? "");
            Text(xml, "urgency", request.Urgency ?? "");
            Text(xml, "severity", request.Severity ?? "");
            Text(xml, "certainty", request.Certainty ?? "");
            Text(xml, "expires", expires?.Text);
            Text(xml, "headline", request.Headline);
            Text(xml, "description", request.Description);
            Text(xml, "instruction", request.Instruction);
            Parameter(xml, "banyan:rule", request.Rule);
            if (request.Evidence is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } evidence && evidence.GetRawText() is { Length: <= MaxEvidence } raw)
                Parameter(xml, "banyan:evidence", raw);
            if (request.Area is { } area)
                WriteArea(xml, area);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return buffer.ToArray();
    }

    private static void WriteArea(XmlWriter xml, RequestedArea area)
    {
        xml.WriteStartElement("area", CapAlert.Namespace);
        Text(xml, "areaDesc", area.Description ?? area.Circle ?? area.Polygon ?? "");
        if (area.Polygon?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } points)
            Text(xml, "polygon", string.Join(' ', points[0] == points[^1] ? points : [.. points, points[0]]));
        Text(xml, "circle", area.Circle);
        xml.WriteEndElement();
    }

    private static void Parameter(XmlWriter xml, string name, string? value)
    {
        if (value is null)
            return;
        xml.WriteStartElement("parameter", CapAlert.Namespace);
        Text(xml, "valueName", name);
        Text(xml, "value", value);
        xml.WriteEndElement();
    }

    private static void Text(XmlWriter xml, string name, string? text)
    {
        if (text is not null)
            xml.WriteElementString(name, CapAlert.Namespace, Clean(text));
    }

    /// <summary>JSON holds characters that XML can't.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value > 0xFFFF || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD");
        return clean.ToString();
    }

    private static bool TryExpires(string? text, out CapTime? expires)
    {
        expires = null;
        if (text is null)
            return true;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || !text.Contains('T', StringComparison.Ordinal))
            return false;
        expires = CapTime.From(time);
        return true;
    }
}
