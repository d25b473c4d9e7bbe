using System.Globalization;
using System.Text;
using System.Xml;
using Banyan.Control.Platform;

namespace Banyan.Console.Alerts;

/// <summary>A CAP 1.2 alert to try the platform with: valid, public, for a circle around a region, over in ten minutes.</summary>
internal static class SampleAlert
{
    private const string Namespace = "urn:oasis:names:tc:emergency:cap:1.2";
    private const double RadiusKm = 400;
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    public static byte[] Write(RegionState region, DateTimeOffset now)
    {
        var place = region.Place ?? region.Name;
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
        {
            xml.WriteStartElement("alert", Namespace);
            Write(xml, ("identifier", $"sample-{Guid.CreateVersion7(now):N}"), ("sender", "console@banyan.example"), ("sent", Time(now)), ("status", "Actual"), ("msgType", "Alert"), ("scope", "Public"));
            xml.WriteStartElement("info", Namespace);
            Write(xml, ("language", "en"), ("category", "Met"), ("event", "Heavy rain"), ("urgency", "Expected"), ("severity", "Severe"), ("certainty", "Likely"), ("expires", Time(now + Lasts)));
            Write(xml, ("headline", $"Heavy rain near {place}"), ("description", "A sample alert from the console, to see the way that an alert takes."), ("instruction", "Nothing needs to be done."));
            xml.WriteStartElement("area", Namespace);
            Write(xml, ("areaDesc", $"{RadiusKm:0} km around {place}"));
            if (region is { Latitude: { } latitude, Longitude: { } longitude })
                Write(xml, ("circle", string.Create(CultureInfo.InvariantCulture, $"{latitude},{longitude} {RadiusKm}")));
            xml.WriteEndDocument();
        }

        return stream.ToArray();
    }

    private static void Write(XmlWriter xml, params ReadOnlySpan<(string Name, string Value)> elements)
    {
        foreach (var (name, value) in elements)
            xml.WriteElementString(name, Namespace, value);
    }

    /// <summary>CAP 1.2 section 3.3.2: an offset, never <c>Z</c>; UTC is <c>-00:00</c>.</summary>
    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture);
}
