using Banyan.Routing.Dns.Serving;

namespace Banyan.Routing.Tests.Dns.Serving;

public class DnsMetricsTests
{
    [Fact]
    public void Render_Counts_IsOpenMetrics()
    {
        var text = DnsMetrics.Render(new DnsCounts { NoError = 1, NameErrors = 2, Refused = 3, OtherErrors = 4, Truncated = 5, Dropped = 6, Limited = 7 });
        text.Split('\n').Where(static l => l.Length > 0 && l[0] != '#').ShouldBe(
        [
            "banyan_dns_answers_total{code=\"noerror\"} 1", "banyan_dns_answers_total{code=\"nxdomain\"} 2", "banyan_dns_answers_total{code=\"refused\"} 3", "banyan_dns_answers_total{code=\"error\"} 4",
            "banyan_dns_truncated_total 5", "banyan_dns_dropped_total 6", "banyan_dns_limited_total 7",
        ]);
        text.ShouldEndWith("# EOF\n");
    }
}
