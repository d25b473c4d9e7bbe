namespace Banyan.Cells.Telemetry;

/// <summary>What a family of series is in the exposition.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
