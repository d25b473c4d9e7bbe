using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Feed;

/// <summary>
/// The index of active alerts that alert hubs poll: Atom (RFC 4287), an entry per alert that links to its CAP XML and
/// carries, of its first info, the fields by which a hub chooses. Pages as in RFC 5005.
/// </summary>
internal sealed class AtomFeed(Uri publicAddress, string region, string platform)
{
    public const string Path = "/disaster/v1/feed.atom";
    private const string Atom = "http://www.w3.org/2005/Atom";
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\n" };

    /// <summary>Writes one page.</summary>
    /// <param name="alerts">The page's alerts.</param>
    /// <param name="changedAt">When the list of active alerts last changed.</param>
    /// <param name="cursor">What was asked for; null for the first page.</param>
    /// <param name="next">The next page's cursor; null on the last.</param>
    public byte[] Write(IReadOnlyList<BoardAlert> alerts, DateTimeOffset changedAt, Guid? cursor, Guid? next)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, Settings))
        {
            xml.WriteStartDocument();
            xml.WriteStartElement("feed", Atom);
            xml.WriteAttributeString("xmlns", "cap", null, CapAlert.Namespace);
            xml.WriteElementString("id", Atom, Address(Path));
            xml.WriteElementString("title", Atom, $"Active alerts of {region} ({platform})");
            xml.WriteElementString("updated", Atom, Time(changedAt));
            Author(xml, $"{platform} {region}");
            xml.WriteElementString("generator", Atom, "Banyan");
            Link(xml, "self", "application/atom+xml", cursor is { } at ? $"{Path}?cursor={at:N}" : Path);
            if (next is { } more)
                Link(xml, "next", "application/atom+xml", $"{Path}?cursor={more:N}");
            foreach (var alert in alerts)
                WriteEntry(xml, alert);
            xml.WriteEndElement();
        }

        return buffer.ToArray();
    }

    private void WriteEntry(XmlWriter xml, BoardAlert alert)
    {
        using var json = JsonDocument.Parse(alert.Json);
        var document = json.RootElement;
        var info = document.TryGetProperty("infos"u8, out var infos) ? infos[0] : default;
        var has = info.ValueKind == JsonValueKind.Object;
        var path = $"/disaster/v1/alerts/{alert.Id}/cap";

        xml.WriteStartElement("entry", Atom);
        xml.WriteElementString("id", Atom, Address(path));
        xml.WriteElementString("title", Atom, has ? Text(info, "headline") ?? Text(info, "event")! : $"Alert of {alert.Sender}");
        xml.WriteElementString("updated", Atom, Time(alert.ReceivedAt));
        xml.WriteElementString("published", Atom, Time(Instant(alert.Sent)));
        Author(xml, (has ? Text(info, "sender_name") : null) ?? alert.Sender);
        Link(xml, "alternate", "application/cap+xml", path);
        if (has && Text(info, "description") is { } description)
            xml.WriteElementString("summary", Atom, description);
        Cap(xml, "identifier", Text(document, "identifier"));
        Cap(xml, "sender", alert.Sender);
        Cap(xml, "sent", alert.Sent);
        Cap(xml, "status", Text(document, "status"));
        Cap(xml, "msgType", Text(document, "message_type"));
        if (has)
            WriteInfo(xml, info);
        xml.WriteEndElement();
    }

    private static void WriteInfo(XmlWriter xml, JsonElement info)
    {
        foreach (var category in Items(info, "categories"))
            Cap(xml, "category", category.GetString());
        Cap(xml, "event", Text(info, "event"));
        Cap(xml, "urgency", Text(info, "urgency"));
        Cap(xml, "severity", Text(info, "severity"));
        Cap(xml, "certainty", Text(info, "certainty"));
        Cap(xml, "effective", Text(info, "effective"));
        Cap(xml, "onset", Text(info, "onset"));
        Cap(xml, "expires", Text(info, "expires"));
        foreach (var area in Items(info, "areas"))
        {
            Cap(xml, "areaDesc", Text(area, "description"));
            foreach (var polygon in Items(area, "polygons"))
                Cap(xml, "polygon", string.Join(' ', polygon.EnumerateArray().Select(Point)));
            foreach (var circle in Items(area, "circles"))
                Cap(xml, "circle", $"{Point(circle.GetProperty("center"u8))} {circle.GetProperty("radius_km"u8).GetRawText()}");
            foreach (var geocode in Items(area, "geocodes"))
            {
                xml.WriteStartElement("geocode", CapAlert.Namespace);
                Cap(xml, "valueName", Text(geocode, "name"));
                Cap(xml, "value", Text(geocode, "value"));
                xml.WriteEndElement();
            }
        }
    }

    private static void Author(XmlWriter xml, string name)
    {
        xml.WriteStartElement("author", Atom);
        xml.WriteElementString("name", Atom, name);
        xml.WriteEndElement();
    }

    private void Link(XmlWriter xml, string rel, string type, string path)
    {
        xml.WriteStartElement("link", Atom);
        xml.WriteAttributeString("rel", rel);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("href", Address(path));
        xml.WriteEndElement();
    }

    private static void Cap(XmlWriter xml, string name, string? text)
    {
        if (text is not null)
            xml.WriteElementString(name, CapAlert.Namespace, text);
    }

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) => parent.TryGetProperty(name, out var items) ? items.EnumerateArray() : [];

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var text) ? text.GetString() : null;

    // The digits as they were written: no number is read.
    private static string Point(JsonElement pair) => $"{pair[0].GetRawText()},{pair[1].GetRawText()}";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string text) => CapTime.TryParse(text, out var time) ? time.Instant : DateTimeOffset.UnixEpoch;

    private string Address(string path) => publicAddress.AbsoluteUri.TrimEnd('/') + path;
}
