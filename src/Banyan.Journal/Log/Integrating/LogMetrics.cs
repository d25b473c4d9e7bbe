using System.Diagnostics.Metrics;

namespace Banyan.Journal.Log.Integrating;

/// <summary>The log's instruments, in meter <see cref="MeterName"/>. Costs nothing while nobody listens.</summary>
internal sealed class LogMetrics : IDisposable
{
    public const string MeterName = "Banyan.Log";

    private readonly Meter? _own;
    private readonly KeyValuePair<string, object?> _log;
    private readonly Counter<long> _entries;
    private readonly Histogram<double> _delay;

    public LogMetrics(LogOptions options, IMeterFactory? factory, LogStatus status)
    {
        var meter = factory?.Create(MeterName) ?? (_own = new Meter(MeterName));
        _log = new("log", options.Origin);
        _entries = meter.CreateCounter<long>("banyan.log.entries", "{entry}", "Entries that were taken into the log.");
        _delay = meter.CreateHistogram<double>("banyan.log.checkpoint.delay", "s", "From the writing of an entry to the signing of a checkpoint that covers it; the oldest of the last batch of each.");
        meter.CreateObservableGauge("banyan.log.size", () => new Measurement<long>(status.View.Size, _log), "{entry}", "Entries in the tree.");
        meter.CreateObservableGauge("banyan.log.published", () => new Measurement<long>(status.View.Published?.Checkpoint.Size ?? 0, _log), "{entry}", "Entries that the newest published checkpoint covers.");
        meter.CreateObservableGauge("banyan.log.stored", () => new Measurement<long>(status.View.Stored ?? 0, _log), "{entry}", "Entries that the checkpoint in the object store covers.");
        meter.CreateObservableGauge("banyan.log.halted", () => new Measurement<int>(status.View.Halted is null ? 0 : 1, _log), description: "1 while the log takes nothing more and somebody has to look.");
    }

    public void Integrated(int entries) => _entries.Add(entries, _log);

    public void Signed(TimeSpan delay) => _delay.Record(delay.TotalSeconds, _log);

    public void Dispose() => _own?.Dispose();
}
