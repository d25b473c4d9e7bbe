using System.Text;
using System.Xml;

namespace Banyan.Services.Disaster.Cap;

/// <summary>
/// Writes a message as CAP 1.2 XML: UTF-8, elements in the order of the schema. A signature is kept as it was, but only
/// the bytes that were signed verify: a message that was taken from outside is given back as received, not by this.
/// </summary>
internal static class CapWriter
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Indent = true,
        NewLineChars = "\n",
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>Writes the whole document.</summary>
    /// <exception cref="ArgumentException">A text has a character that XML can't hold.</exception>
    public static byte[] Write(CapAlert alert)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, Settings))
        {
            xml.WriteStartDocument();
            xml.WriteStartElement("alert", CapAlert.Namespace);
            WriteAlert(xml, alert);
            xml.WriteEndElement();
        }

        return buffer.ToArray();
    }

    private static void WriteAlert(XmlWriter xml, CapAlert alert)
    {
        Text(xml, "identifier", alert.Identifier);
        Text(xml, "sender", alert.Sender);
        Text(xml, "sent", alert.Sent.Text);
        Text(xml, "status", alert.Status.ToString());
        Text(xml, "msgType", alert.MessageType.ToString());
        Text(xml, "source", alert.Source);
        Text(xml, "scope", alert.Scope.ToString());
        Text(xml, "restriction", alert.Restriction);
        Text(xml, "addresses", alert.Addresses);
        foreach (var code in alert.Codes)
            Text(xml, "code", code);
        Text(xml, "note", alert.Note);
        Text(xml, "references", alert.References.IsEmpty ? null : string.Join(' ', alert.References));
        Text(xml, "incidents", alert.Incidents);
        foreach (var info in alert.Infos)
        {
            xml.WriteStartElement("info", CapAlert.Namespace);
            WriteInfo(xml, info);
            xml.WriteEndElement();
        }

        foreach (var extension in alert.Extensions)
            xml.WriteRaw(extension);
    }

    private static void WriteInfo(XmlWriter xml, CapInfo info)
    {
        Text(xml, "language", info.Language);
        foreach (var category in info.Categories)
            Text(xml, "category", category.ToString());
        Text(xml, "event", info.Event);
        foreach (var response in info.ResponseTypes)
            Text(xml, "responseType", response.ToString());
        Text(xml, "urgency", info.Urgency.ToString());
        Text(xml, "severity", info.Severity.ToString());
        Text(xml, "certainty", info.Certainty.ToString());
        Text(xml, "audience", info.Audience);
        Values(xml, "eventCode", info.EventCodes);
        Text(xml, "effective", info.Effective?.Text);
        Text(xml, "onset", info.Onset?.Text);
        Text(xml, "expires", info.Expires?.Text);
        Text(xml, "senderName", info.SenderName);
        Text(xml, "headline", info.Headline);
        Text(xml, "description", info.Description);
        Text(xml, "instruction", info.Instruction);
        Text(xml, "web", info.Web);
        Text(xml, "contact", info.Contact);
        Values(xml, "parameter", info.Parameters);
        foreach (var resource in info.Resources)
        {
            xml.WriteStartElement("resource", CapAlert.Namespace);
            Text(xml, "resourceDesc", resource.Description);
            Text(xml, "mimeType", resource.MimeType);
            Text(xml, "size", resource.Size);
            Text(xml, "uri", resource.Uri);
            Text(xml, "derefUri", resource.DerefUri);
            Text(xml, "digest", resource.Digest);
            xml.WriteEndElement();
        }

        foreach (var area in info.Areas)
            WriteArea(xml, area);
    }

    private static void WriteArea(XmlWriter xml, CapArea area)
    {
        xml.WriteStartElement("area", CapAlert.Namespace);
        Text(xml, "areaDesc", area.Description);
        foreach (var polygon in area.Polygons)
            Text(xml, "polygon", string.Join(' ', polygon.Points));
        foreach (var circle in area.Circles)
            Text(xml, "circle", circle.ToString());
        Values(xml, "geocode", area.Geocodes);
        Text(xml, "altitude", area.Altitude?.Text);
        Text(xml, "ceiling", area.Ceiling?.Text);
        xml.WriteEndElement();
    }

    private static void Values(XmlWriter xml, string name, IEnumerable<CapValue> values)
    {
        foreach (var value in values)
        {
            xml.WriteStartElement(name, CapAlert.Namespace);
            Text(xml, "valueName", value.Name);
            Text(xml, "value", value.Value);
            xml.WriteEndElement();
        }
    }

    private static void Text(XmlWriter xml, string name, string? text)
    {
        if (text is not null)
            xml.WriteElementString(name, CapAlert.Namespace, text);
    }
}
