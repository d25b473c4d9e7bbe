using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Banyan.Cells.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cells.Tests.Telemetry;

/// <summary>What instruments measure, and how it is written.</summary>
public sealed class MetricsTextTests : IDisposable
{
    private readonly ServiceProvider _provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricsRegistry _registry;
    private readonly Meter _meter;

    public MetricsTextTests()
    {
        var factory = _provider.GetRequiredService<IMeterFactory>();
        _registry = new MetricsRegistry(factory, NullLogger<MetricsRegistry>.Instance);
        _meter = factory.Create("Banyan.Test");
    }

    [Fact]
    public void Counter_BothFormats()
    {
        var counter = _meter.CreateCounter<long>("notes.kept", "{note}", "Notes that were kept.");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "short"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "short"));

        Ours(MetricsFormat.Prometheus).ShouldBe("""
            # TYPE notes_kept_total counter
            # HELP notes_kept_total Notes that were kept.
            notes_kept_total{kind="short"} 5

            """);
        Ours(MetricsFormat.OpenMetrics).ShouldBe("""
            # TYPE notes_kept counter
            # HELP notes_kept Notes that were kept.
            notes_kept_total{kind="short"} 5
            # EOF

            """);
    }

    [Fact]
    public void Histogram_CumulativeBucketsWithCanonicalBounds()
    {
        var histogram = _meter.CreateHistogram("wait", "s", null, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 5, 50 })
            histogram.Record(value);

        Ours(MetricsFormat.Prometheus).ShouldBe("""
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.1"} 2
            wait_seconds_bucket{le="1"} 3
            wait_seconds_bucket{le="10"} 4
            wait_seconds_bucket{le="+Inf"} 5
            wait_seconds_sum 55.65
            wait_seconds_count 5

            """);
        Ours(MetricsFormat.OpenMetrics).ShouldBe("""
            # TYPE wait_seconds histogram
            # UNIT wait_seconds seconds
            wait_seconds_bucket{le="0.1"} 2
            wait_seconds_bucket{le="1.0"} 3
            wait_seconds_bucket{le="10.0"} 4
            wait_seconds_bucket{le="+Inf"} 5
            wait_seconds_sum 55.65
            wait_seconds_count 5
            # EOF

            """);
    }

    [Fact]
    public void UpDownCounterAndGauge_AreGauges()
    {
        var upDown = _meter.CreateUpDownCounter<int>("open");
        upDown.Add(5);
        upDown.Add(-2);
        var gauge = _meter.CreateGauge<double>("level");
        gauge.Record(1);
        gauge.Record(0.25);

        Ours(MetricsFormat.Prometheus).ShouldBe("""
            # TYPE level gauge
            level 0.25
            # TYPE open gauge
            open 3

            """);
    }

    [Fact]
    public void Observed_SeriesThatIsNotReportedAnyMore_IsGone()
    {
        var lines = new List<Measurement<long>> { new(1, new KeyValuePair<string, object?>("line", "a")), new(2, new KeyValuePair<string, object?>("line", "b")) };
        _meter.CreateObservableGauge("lag", () => lines);
        Ours(MetricsFormat.Prometheus).ShouldContain("lag{line=\"b\"} 2");

        lines.RemoveAt(1);

        Ours(MetricsFormat.Prometheus).ShouldBe("""
            # TYPE lag gauge
            lag{line="a"} 1

            """);
    }

    [Fact]
    public void Observed_OneThrows_OthersAreStillThere()
    {
        _meter.CreateObservableGauge("broken", long () => throw new InvalidOperationException());
        _meter.CreateObservableGauge("whole", () => 1L);

        Ours(MetricsFormat.Prometheus).ShouldContain("whole 1");
    }

    [Fact]
    public void Labels_Values_AreEscaped()
    {
        _meter.CreateCounter<long>("odd", null, "A \"help\" with \\ and\nlines").Add(1, new KeyValuePair<string, object?>("value", "a\\b\"c\nd\u00fc"));

        Ours(MetricsFormat.Prometheus).ShouldContain("odd_total{value=\"a\\\\b\\\"c\\nd\u00fc\"} 1\n");
        Ours(MetricsFormat.Prometheus).ShouldContain("# HELP odd_total A \"help\" with \\\\ and\\nlines\n");
        Ours(MetricsFormat.OpenMetrics).ShouldContain("# HELP odd A \\\"help\\\" with \\\\ and\\nlines\n");
    }

    [Fact]
    public void Labels_AnotherOrder_IsTheSameSeries()
    {
        var counter = _meter.CreateCounter<long>("ordered");
        counter.Add(1, new("a", 1), new("b", true));
        counter.Add(1, new("b", true), new("a", 1));

        Ours(MetricsFormat.Prometheus).ShouldContain("ordered_total{a=\"1\",b=\"true\"} 2\n");
    }

    [Fact]
    public void Labels_NamesThatBecomeOne_AreJoined()
    {
        _meter.CreateCounter<long>("met").Add(1, new("a_b", "second"), new("a.b", "first"), new("none", null));

        Ours(MetricsFormat.Prometheus).ShouldContain("met_total{a_b=\"first;second\"} 1\n");
    }

    [Fact]
    public void Series_MoreThanAllowed_GoIntoOne()
    {
        var counter = _meter.CreateCounter<long>("stranger");
        for (var i = 0; i < MetricFamily.MaxSeries + 500; i++)
            counter.Add(1, new KeyValuePair<string, object?>("name", i));
        counter.Add(1, new KeyValuePair<string, object?>("name", new string('x', 10_000)));

        var text = Ours(MetricsFormat.Prometheus);

        text.ShouldContain("stranger_total{otel_metric_overflow=\"true\"} 501\n");
        text.Split('\n').Count(l => l.StartsWith("stranger_total{", StringComparison.Ordinal)).ShouldBe(MetricFamily.MaxSeries + 1);
    }

    [Fact]
    public void Add_FromManyThreads_LosesNothing()
    {
        var counter = _meter.CreateCounter<long>("contended");
        var histogram = _meter.CreateHistogram<double>("spread", "s");
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(1);
                histogram.Record(0.01);
            }
        });

        _registry.Sum("contended").ShouldBe(80_000);
        _registry.Sum("spread").ShouldBe(80_000);
    }

    [Fact]
    public void Measure_KnownSeries_TakesNoMemory()
    {
        var counter = _meter.CreateCounter<long>("quiet");
        object status = 200;
        for (var i = 0; i < 100; i++)
            counter.Add(1, new("route", "/a"), new("status", status));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            counter.Add(1, new("route", "/a"), new("status", status));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Publish_MeterOfAnotherCell_IsNotListenedTo()
    {
        using var other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("Banyan.Test").CreateCounter<long>("foreign").Add(1);

        Ours(MetricsFormat.Prometheus).ShouldBe("");
    }

    public void Dispose()
    {
        _registry.Dispose();
        _provider.Dispose();
    }

    /// <summary>The exposition of this class' own instruments: those of the runtime and of libraries are seen by every registry of the process.</summary>
    private string Ours(MetricsFormat format)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var text = new MetricsText(buffer, format);
        _registry.Collect((family, series) =>
        {
            if (family.Instrument is "notes.kept" || !family.Instrument.Contains('.', StringComparison.Ordinal))
                text.Write(family, series);
        });
        text.WriteEnd();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
