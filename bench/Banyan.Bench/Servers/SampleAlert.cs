using System.Globalization;

namespace Banyan.Bench.Servers;

/// <summary>A CAP 1.2 alert of the usual size, active for an hour.</summary>
internal static class SampleAlert
{
    public const string ContentType = "application/cap+xml";

    /// <param name="identifier">Without spaces, commas and markup.</param>
    public static string Xml(string identifier)
    {
        var now = TimeProvider.System.GetUtcNow();
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
              <identifier>{identifier}</identifier>
              <sender>bench@example.org</sender>
              <sent>{Time(now)}</sent>
              <status>Actual</status>
              <msgType>Alert</msgType>
              <scope>Public</scope>
              <info>
                <language>en</language>
                <category>Met</category>
                <event>Heavy rain</event>
                <urgency>Immediate</urgency>
                <severity>Severe</severity>
                <certainty>Observed</certainty>
                <expires>{Time(now.AddHours(1))}</expires>
                <headline>Heavy rain in the lowlands</headline>
                <description>81.5 mm of rain fell in 24 hours. Rivers rise.</description>
                <instruction>Leave the banks of rivers and move to higher ground.</instruction>
                <area>
                  <areaDesc>Lowlands</areaDesc>
                  <circle>-1.286389,36.817223 25</circle>
                </area>
              </info>
            </alert>
            """;
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + "-00:00";
}
