using System.Globalization;
using System.Text.RegularExpressions;
using Banyan.Cells.Telemetry;

namespace Banyan.Cells.Tests.Telemetry;

public partial class MetricsEndpointTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)] // Prometheus
    [InlineData("application/openmetrics-text;q=0.1,text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("what is this", false)]
    public void Negotiate_Accept_Decides(string? accept, bool open) =>
        MetricsEndpoint.Negotiate(accept is null ? null : [accept]).ShouldBe(open ? MetricsFormat.OpenMetrics : MetricsFormat.Prometheus);

    [Fact]
    public async Task Get_OfARunningCell_KeepsTheFormatsRules()
    {
        await using var cell = await TestCell.StartAsync([NoteService.Create()]);
        (await cell.Client.PostAsync("/notes/v1/notes", new StringContent("x"))).EnsureSuccessStatusCode();
        await cell.Client.GetAsync("/nothing");

        using var plain = await cell.Client.GetAsync("/metrics");
        plain.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        Check(await plain.Content.ReadAsStringAsync(), open: false);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0");
        using var open = await cell.Client.SendAsync(request);
        open.Content.Headers.ContentType!.ToString().ShouldBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
        var text = await open.Content.ReadAsStringAsync();
        Check(text, open: true);
        text.ShouldContain("http_server_request_duration_seconds_count{http_request_method=\"POST\",http_response_status_code=\"201\",http_route=\"/notes/v1/notes\"");
        text.ShouldContain("banyan_journal_changes_total{partition=\"north\",result=\"committed\"} 1\n");
        text.ShouldContain("banyan_cell_state 1\n");
        text.ShouldContain("target_info{banyan_partition=\"north\",banyan_region=\"north\"");
        text.ShouldContain("db_client_connection_pool_name=\"north\""); // and not the connection string
    }

    /// <summary>OpenMetrics 1.0.0, ABNF and "Overall Structure", and Prometheus' text format.</summary>
    private static void Check(string text, bool open)
    {
        text.ShouldEndWith("\n");
        var lines = text.Split('\n')[..^1];
        if (open)
        {
            lines[^1].ShouldBe("# EOF");
            lines = lines[..^1];
        }

        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var samples = new HashSet<string>(StringComparer.Ordinal);
        var current = "";
        foreach (var line in lines)
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                types.TryAdd(parts[2], parts[3]).ShouldBeTrue($"{parts[2]} has two families");
                current = parts[2];
                continue;
            }

            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                if (line.StartsWith("# UNIT ", StringComparison.Ordinal))
                    current.ShouldEndWith("_" + line.Split(' ')[3]);
                continue;
            }

            var match = Sample().Match(line);
            match.Success.ShouldBeTrue(line);
            var name = match.Groups["name"].Value;
            samples.Add(name + match.Groups["labels"].Value).ShouldBeTrue($"twice: {line}");
            if (current.Length > 0 && !(open == false && current == "target_info"))
                Suffixes(types[current], open).Select(s => current + s).ShouldContain(name, line);
            double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }

        types.Count.ShouldBeGreaterThan(10);
    }

    private static string[] Suffixes(string type, bool open) => type switch
    {
        "counter" => open ? ["_total"] : [""],
        "histogram" => ["_bucket", "_sum", "_count"],
        "info" => ["_info"],
        _ => [""],
    };

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*")*\})? (?<value>\S+)$""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sample();
}
