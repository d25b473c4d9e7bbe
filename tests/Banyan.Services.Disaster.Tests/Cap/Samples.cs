using System.Text;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Tests.Cap;

/// <summary>Messages for tests.</summary>
internal static class Samples
{
    public const string Flood = """
        <?xml version="1.0" encoding="UTF-8"?>
        <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
          <identifier>KE-2026-0001</identifier>
          <sender>alerts@met.example</sender>
          <sent>2026-03-01T10:00:00+03:00</sent>
          <status>Actual</status>
          <msgType>Alert</msgType>
          <scope>Public</scope>
          <code>profile:test:1</code>
          <info>
            <language>en-KE</language>
            <category>Met</category>
            <event>Flood</event>
            <responseType>Evacuate</responseType>
            <urgency>Immediate</urgency>
            <severity>Severe</severity>
            <certainty>Observed</certainty>
            <effective>2026-03-01T10:00:00+03:00</effective>
            <expires>2026-03-01T16:00:00+03:00</expires>
            <headline>River &lt;Nyando&gt; over its banks &amp; rising</headline>
            <description>Line one.
        Line two: ünïcödé, 雨.</description>
            <resource>
              <resourceDesc>Map</resourceDesc>
              <mimeType>image/png</mimeType>
              <size>1024</size>
              <uri>https://met.example/map.png</uri>
            </resource>
            <area>
              <areaDesc>Kisumu</areaDesc>
              <polygon>-0.20,34.70 -0.20,34.90 0.0500000000000000001,34.90 0.05,34.70 -0.20,34.70</polygon>
              <circle>-0.0917,34.7680 12.5</circle>
              <geocode><valueName>ISO3166-2</valueName><value>KE-17</value></geocode>
              <altitude>3700</altitude>
              <ceiling>3900.50</ceiling>
            </area>
          </info>
        </alert>
        """;

    public static CapReading Read(string xml) => CapReader.Read(Encoding.UTF8.GetBytes(xml));

    /// <summary>The flood with one piece of text replaced; fails where the text is not there.</summary>
    public static string With(string old, string @new)
    {
        Flood.ShouldContain(old);
        return Flood.Replace(old, @new, StringComparison.Ordinal);
    }
}
