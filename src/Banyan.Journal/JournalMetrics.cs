using System.Diagnostics.Metrics;

namespace Banyan.Journal;

/// <summary>The journal's instruments, in meter <see cref="MeterName"/>. Costs nothing while nobody listens.</summary>
internal sealed class JournalMetrics : IDisposable
{
    public const string MeterName = "Banyan.Journal";

    private static readonly KeyValuePair<string, object?>[] Results = [.. Enum.GetNames<ChangeResult>().Select(static n => new KeyValuePair<string, object?>("result", n.ToLowerInvariant()))];
    private readonly Meter? _own;
    private readonly KeyValuePair<string, object?> _partition;
    private readonly Counter<long> _changes;
    private readonly Histogram<int> _group;
    private readonly Histogram<int> _batch;
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _drops;

    public JournalMetrics(JournalOptions options, IMeterFactory? factory, Func<long> head)
    {
        var meter = factory?.Create(MeterName) ?? (_own = new Meter(MeterName));
        _partition = new("partition", options.Partition);
        _changes = meter.CreateCounter<long>("banyan.journal.changes", "{change}", "Changes by what became of them.");
        _group = meter.CreateHistogram<int>("banyan.journal.commit.group", "{change}", "Changes that shared a transaction.");
        _batch = meter.CreateHistogram<int>("banyan.journal.sequencer.batch", "{entry}", "Entries that got their positions in one transaction.");
        _delay = meter.CreateHistogram<double>("banyan.journal.sequencer.delay", "s", "From the writing of an entry to its position being durable; the oldest of each batch.");
        _drops = meter.CreateCounter<long>("banyan.journal.follower.drops", "{drop}", "Times a live follower lagged so far that it had to read from the database again.");
        meter.CreateObservableGauge("banyan.journal.head", () => new Measurement<long>(head(), _partition), "{entry}", "Position of the newest entry.");
    }

    public void Changed(ChangeResult result) => _changes.Add(1, _partition, Results[(int)result]);

    public void Grouped(int changes) => _group.Record(changes, _partition);

    public void Moved(int count, TimeSpan delay)
    {
        _batch.Record(count, _partition);
        _delay.Record(delay.TotalSeconds, _partition);
    }

    public void Dropped() => _drops.Add(1, _partition);

    public void Dispose() => _own?.Dispose();
}
