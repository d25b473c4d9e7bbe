using System.Diagnostics;
using System.Net;
using Banyan.Routing.Dns.Serving;

namespace Banyan.Routing.Tests.Dns.Serving;

/// <summary>What the tools that everyone trusts make of the answers.</summary>
public class DigTests
{
    [Theory]
    [InlineData("www.example.test A", "status: NOERROR", "flags: qr aa", "ANSWER: 2", "192.0.2.1")]
    [InlineData("WwW.example.test A +ednsopt=65001:aabb +nocookie", "status: NOERROR", "WwW.example.test.")]
    [InlineData("alias2.example.test A", "status: NOERROR", "CNAME", "192.0.2.2")]
    [InlineData("example.test SOA", "ns1.example.test. hostmaster.example.test. 7 7200 1800 259200 5")]
    [InlineData("example.test CAA", "128 issue \";\"")]
    [InlineData("_http._tcp.example.test SRV", "0 10 8080 ns1.example.test.", "2001:db8::53")]
    [InlineData("www.example.test TXT", "\"one\" \"two\"")]
    [InlineData("x.example.test A", "status: NXDOMAIN", "AUTHORITY: 1")]
    [InlineData("deep.example.test A", "status: NOERROR", "AUTHORITY: 1")]
    [InlineData("elsewhere.test A", "status: REFUSED")]
    [InlineData("example.test AXFR +noall +comments", "Transfer failed")]
    [InlineData("www.example.test ANY", "RFC8482")]
    [InlineData("www.example.test A +edns=1 +noednsneg", "status: BADVERS")]
    [InlineData("www.example.test A +opcode=STATUS", "status: NOTIMP")]
    [InlineData("huge.example.test TXT", "status: NOERROR", "ANSWER: 120", "(TCP)")]
    [InlineData("near.example.test A +subnet=10.1.2.0/24", "CLIENT-SUBNET: 10.1.2.0/24/8", "192.0.2.12")]
    [InlineData("near.example.test A +subnet=0", "CLIENT-SUBNET: 0.0.0.0/0/0", "192.0.2.12")]
    [InlineData("www.example.test A +tcp +keepopen", "status: NOERROR", "192.0.2.2")]
    public async Task Dig_Query_ShowsTheAnswerWithoutWarning(string query, params string[] expected)
    {
        var output = await RunAsync("dig", query.Contains("AXFR", StringComparison.Ordinal) || query.Contains("opcode", StringComparison.Ordinal) || query.Contains("ANY", StringComparison.Ordinal) ? query : $"{query} +norec");
        foreach (var text in expected)
            output.ShouldContain(text, customMessage: output);
        output.ShouldNotContain("WARNING: recursion requested and available");
        foreach (var complaint in (string[])["malformed", "extra bytes", "bad ", "mismatch", "unexpected", "communications error", "timed out"])
            output.ShouldNotContain(complaint, Case.Insensitive);
    }

    [Theory]
    [InlineData("www.example.test A", "status: NOERROR", "192.0.2.1")]
    [InlineData("x.example.test A", "status: NXDOMAIN", "example.test.")]
    [InlineData("huge.example.test TXT", "status: NOERROR", "ANSWER: 120")]
    [InlineData("near.example.test A +subnet=10.1.2.0/24", "192.0.2.12")]
    [InlineData("www.example.test A +edns=3", "BADVERS")]
    [InlineData("opaque.example.test TYPE65280", "\\# 3 010203")]
    [InlineData("www.example.test A www.example.test TXT +tcp +keepopen", "192.0.2.1", "\"one\" \"two\"")]
    public async Task Kdig_Query_ShowsTheAnswerWithoutWarning(string query, params string[] expected)
    {
        var output = await RunAsync("kdig", $"+norec {query}");
        foreach (var text in expected)
            output.ShouldContain(text, customMessage: output);
        var shown = output.Replace("WARNING: truncated reply", "", StringComparison.Ordinal); // as it should be
        foreach (var complaint in (string[])["malformed", "WARNING", "ERROR: ", "trailing"])
            shown.ShouldNotContain(complaint, customMessage: output);
    }

    private static async Task<string> RunAsync(string tool, string arguments)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, tool)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{tool} is not installed");
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), new DnsServerOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)] }, TimeProvider.System);
        var start = new ProcessStartInfo(path!, ["@127.0.0.1", "-p", $"{server.Endpoints[0].Port}", .. arguments.Split(' ')]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return output + await errors;
    }
}
