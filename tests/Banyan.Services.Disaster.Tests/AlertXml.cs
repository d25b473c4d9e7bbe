using System.Globalization;
using System.Text;

namespace Banyan.Services.Disaster.Tests;

/// <summary>A message for a test, as XML text. Times are relative to <see cref="Start"/>.</summary>
internal sealed record AlertXml(string Identifier)
{
    /// <summary>Where the tests' clock starts.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 7, 0, 0, TimeSpan.Zero);

    public string Sender { get; init; } = "alerts@met.example";

    public int SentMinute { get; init; }

    public string Status { get; init; } = "Actual";

    public string Type { get; init; } = "Alert";

    public string Scope { get; init; } = "Public";

    public string Severity { get; init; } = "Severe";

    public string Event { get; init; } = "Flood";

    public string Headline { get; init; } = "A headline";

    /// <summary>Null leaves it out.</summary>
    public int? ExpiresMinute { get; init; } = 60;

    public AlertXml[] References { get; init; } = [];

    /// <summary>Inside of the area element, after its description.</summary>
    public string Area { get; init; } = "<polygon>-1,36 -1,37 -2,37 -2,36 -1,36</polygon>";

    public string Reference => $"{Sender},{Identifier},{Time(SentMinute)}";

    public byte[] Bytes => Encoding.UTF8.GetBytes(ToString());

    public override string ToString()
    {
        var text = new StringBuilder($"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{Identifier}</identifier><sender>{Sender}</sender><sent>{Time(SentMinute)}</sent><status>{Status}</status><msgType>{Type}</msgType><scope>{Scope}</scope>");
        text.Append(Scope switch { "Restricted" => "<restriction>staff</restriction>", "Private" => "<addresses>one@example.org</addresses>", _ => "" });
        text.Append("<note>A test's own</note>");
        if (References.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"<references>{string.Join(' ', References.Select(r => r.Reference))}</references>");
        if (Type is "Alert" or "Update")
        {
            text.Append(CultureInfo.InvariantCulture, $"<info><category>Met</category><event>{Event}</event><urgency>Immediate</urgency><severity>{Severity}</severity><certainty>Observed</certainty>");
            if (ExpiresMinute is { } expires)
                text.Append(CultureInfo.InvariantCulture, $"<expires>{Time(expires)}</expires>");
            text.Append(CultureInfo.InvariantCulture, $"<headline>{Headline}</headline>");
            if (Area.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"<area><areaDesc>Somewhere</areaDesc>{Area}</area>");
            text.Append("</info>");
        }

        return text.Append("</alert>").ToString();
    }

    public AlertXml Update(string identifier, int minute) => this with { Identifier = identifier, Type = "Update", SentMinute = minute, References = [this] };

    public AlertXml Cancel(string identifier, int minute) => this with { Identifier = identifier, Type = "Cancel", SentMinute = minute, References = [this] };

    private static string Time(int minute) => Start.AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture);
}
