using System.Globalization;
using System.Text;

namespace Banyan.Routing.Dns.Serving;

/// <summary>Counts as OpenMetrics text.</summary>
public static class DnsMetrics
{
    /// <summary>The media type of <see cref="Render"/>.</summary>
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>Writes them.</summary>
    public static string Render(in DnsCounts counts)
    {
        var text = new StringBuilder(1_024);
        Head("banyan_dns_answers", "Answers by outcome.");
        foreach (var (code, count) in (ReadOnlySpan<(string, long)>)[("noerror", counts.NoError), ("nxdomain", counts.NameErrors), ("refused", counts.Refused), ("error", counts.OtherErrors)])
            text.Append(CultureInfo.InvariantCulture, $"banyan_dns_answers_total{{code=\"{code}\"}} {count}\n");
        Single("banyan_dns_truncated", "Answers that were too long for UDP.", counts.Truncated);
        Single("banyan_dns_dropped", "Packets that are no queries.", counts.Dropped);
        Single("banyan_dns_limited", "Queries that the rate limit kept from an answer.", counts.Limited);
        return text.Append("# EOF\n").ToString();

        void Head(string name, string help) => text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} counter\n# HELP {name} {help}\n");

        void Single(string name, string help, long count)
        {
            Head(name, help);
            text.Append(CultureInfo.InvariantCulture, $"{name}_total {count}\n");
        }
    }
}
