using System.Diagnostics.Metrics;

namespace Banyan.Cells.Telemetry;

/// <summary>Upper bounds of histograms' buckets: what the instrument advises, else what suits its unit.</summary>
internal static class MetricBuckets
{
    /// <summary>From half a millisecond, since a read that is served from memory takes less than that, to the time limit of a request.</summary>
    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private static readonly double[] Bytes = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

    public static double[] Of(Instrument instrument)
    {
        if (instrument.Name == "http.server.request.duration")
            return Seconds; // its own advice begins at 5 ms, above nearly every answer of a cell
        return Advised(instrument) is { Length: > 0 } advised ? advised : instrument.Unit switch
        {
            "s" => Seconds,
            "ms" => [.. Seconds.Select(static s => s * 1000)],
            "By" => Bytes,
            _ => Counts,
        };
    }

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
        Histogram<float> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
        _ => null,
    };
}
