using System.Diagnostics.Metrics;
using Banyan.Cells.Hosting;

namespace Banyan.Cells.Telemetry;

/// <summary>The cell's own instruments, in meter <c>Banyan.Cells</c>: all observed, so that a request pays for none of them.</summary>
internal static class CellMetrics
{
    public static void Create(IMeterFactory factory, CellOptions options, CellLife life)
    {
        var meter = factory.Create("Banyan.Cells");
        meter.CreateObservableGauge("banyan.cell.state", () => (int)life.State, unit: null, "0 starting, 1 serving, 2 draining.");
        meter.CreateObservableGauge("banyan.cell.epoch", () => options.Epoch, unit: null, "The partition's epoch.");
        meter.CreateObservableUpDownCounter("banyan.cell.requests.active", () => life.Requests, "{request}", "Requests in flight, streams not counted.");
        meter.CreateObservableUpDownCounter("banyan.cell.streams.active", () => life.Streams, "{stream}", "Open streams.");
    }
}
