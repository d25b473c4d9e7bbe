using System.Diagnostics.Metrics;
using Banyan.Cells.Hosting;
using Banyan.Journal;

namespace Banyan.Cells.Telemetry;

/// <summary>The cell's own instruments, in meter <c>Banyan.Cells</c>: all observed, so that a request pays for none of them.</summary>
internal static class CellMetrics
{
    public static void Create(IMeterFactory factory, CellLife life, IWriteFence fence)
    {
        var meter = factory.Create("Banyan.Cells");
        meter.CreateObservableGauge("banyan.cell.state", () => (int)life.State, unit: null, "0 starting, 1 serving, 2 draining, 3 standby, 4 moving, 5 fenced.");
        meter.CreateObservableGauge("banyan.cell.epoch", () => fence.Epoch, unit: null, "The partition's epoch; 0 where this cell does not serve it.");
        meter.CreateObservableGauge("banyan.cell.lease", () => fence.Holds ? 1 : 0, unit: null, "1 while this cell may serve the partition.");
        meter.CreateObservableUpDownCounter("banyan.cell.requests.active", () => life.Requests, "{request}", "Requests in flight, streams not counted.");
        meter.CreateObservableUpDownCounter("banyan.cell.streams.active", () => life.Streams, "{stream}", "Open streams.");
    }
}
