using System.Globalization;

namespace Banyan.Bench.Disaster;

/// <summary>The alert that is published: the same XML for every server.</summary>
internal static class FanoutAlert
{
    public static string Create(string run, int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"""
            <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>bench-{run}-{number}</identifier><sender>bench@example.org</sender><sent>{Time(now)}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>Flood</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty><expires>{Time(now.AddHours(1))}</expires><headline>River over its banks ~E~{number:000000} and rising</headline><description>Leave the low ground along the river. Do not cross flooded roads.</description><area><areaDesc>Nyando</areaDesc><polygon>-0.10,34.80 -0.10,35.00 -0.30,35.00 -0.30,34.80 -0.10,34.80</polygon></area></info></alert>
            """);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture);
}
