using System.Globalization;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A small valid CAP 1.2 message.</summary>
internal static class CapAlert
{
    public const string Sender = "e2e@banyan.example";

    public static StringContent Create(string identifier)
    {
        var now = DateTimeOffset.UtcNow;
        var xml = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
              <identifier>{identifier}</identifier><sender>{Sender}</sender><sent>{Time(now)}</sent>
              <status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
              <info>
                <language>en</language><category>Met</category><event>Flood</event>
                <urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
                <expires>{Time(now.AddHours(6))}</expires><headline>River over its banks</headline>
                <area><areaDesc>Nairobi</areaDesc><circle>-1.2921,36.8219 40</circle></area>
              </info>
            </alert>
            """;
        return new StringContent(xml, null, "application/cap+xml");
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);
}
