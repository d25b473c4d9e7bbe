using Banyan.Cells.Telemetry;

namespace Banyan.Cells.Tests.Telemetry;

/// <summary>OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", OTLP metric points to Prometheus.</summary>
public class MetricNamesTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", "Histogram", "http_server_request_duration_seconds")]
    [InlineData("banyan.climate.readings", "{reading}", "Counter", "banyan_climate_readings")]
    [InlineData("process.memory.usage", "By", "Gauge", "process_memory_usage_bytes")]
    [InlineData("jobs_total", null, "Counter", "jobs")]
    [InlineData("disk.used", "1", "Gauge", "disk_used_ratio")]
    [InlineData("tries", "1", "Counter", "tries")]
    [InlineData("speed", "m/s", "Gauge", "speed_meters_per_second")]
    [InlineData("rate", "{packet}/s", "Gauge", "rate_per_second")]
    [InlineData("ingest", "By/min", "Gauge", "ingest_bytes_per_min")]
    [InlineData("bytes.read", "By", "Counter", "bytes_read")]
    [InlineData("wait.seconds", "s", "Gauge", "wait_seconds")]
    [InlineData("cpu", "%", "Gauge", "cpu_percent")]
    [InlineData("a..b--c", "", "Gauge", "a_b_c")]
    [InlineData("1st.thing", null, "Gauge", "_1st_thing")]
    [InlineData("with:colon", null, "Gauge", "with:colon")]
    [InlineData("temperature", "Cel", "Gauge", "temperature_celsius")]
    [InlineData("odd", "furlong", "Gauge", "odd_furlong")]
    public void Family_ByTheRules(string instrument, string? unit, string kind, string expected)
    {
        var parsed = Enum.Parse<MetricKind>(kind);

        MetricNames.Family(instrument, MetricNames.Unit(unit, parsed), parsed).ShouldBe(expected);
    }

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("a:b", "a_b")]
    [InlineData("9", "_9")]
    [InlineData("", "_")]
    public void Label_ByTheRules(string attribute, string expected) => MetricNames.Label(attribute).ShouldBe(expected);
}
