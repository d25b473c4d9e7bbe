using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Banyan.Routing.Entry;

/// <summary>What the entry counts, by region. Thread-safe; two interlocked additions a request where no one listens.</summary>
public sealed class EntryMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Banyan.Entry";

    private readonly ConcurrentDictionary<string, RegionCount> _regions = new(StringComparer.Ordinal);
    private readonly EntryOptions _options;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private long _refused;

    /// <summary>Makes them; one for an entry.</summary>
    public EntryMetrics(IMeterFactory meters, EntryOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("banyan.entry.requests", () => Measure(c => c.Requests), "{request}", "Requests sent to a region's cell.");
        _meter.CreateObservableCounter("banyan.entry.failures", () => Measure(c => c.Failures), "{request}", "Requests that the cell did not answer to the end.");
        _meter.CreateObservableUpDownCounter("banyan.entry.active", () => Measure(c => c.Active), "{request}", "Requests in progress, streams among them.");
        _meter.CreateObservableUpDownCounter("banyan.entry.held", () => Measure(c => c.Held), "{request}", "Requests that wait for their region to serve.");
        _meter.CreateObservableCounter("banyan.entry.holds", () => Measure(c => c.Holds), "{request}", "Times that a request had to wait.");
        _meter.CreateObservableCounter("banyan.entry.replays", () => Measure(c => c.Replays), "{request}", "Times that a request was sent again.");
        _meter.CreateObservableCounter("banyan.entry.refused", () => Volatile.Read(ref _refused), "{request}", "Requests that the entry itself refused.");
    }

    /// <summary>Requests sent to a region since the start.</summary>
    public long RequestsOf(string region) => _regions.TryGetValue(region, out var count) ? count.Requests : 0;

    /// <summary>Requests of a region that wait now, waits that began, replays and refusals while it did not serve, since the start.</summary>
    public HoldFigures HoldsOf(string region) => _regions.TryGetValue(region, out var count) ? new HoldFigures(count.Held, count.Holds, count.Replays, count.Refusals, count.Waits.Longest) : default;

    /// <summary>Requests refused by the entry since the start.</summary>
    public long RefusedInTotal => Volatile.Read(ref _refused);

    /// <summary>As text in the OpenMetrics 1.0 format.</summary>
    public string Render()
    {
        var text = new StringBuilder();
        Family(text, "banyan_entry_requests", "counter", "Requests sent to a region's cell.", "_total", c => c.Requests);
        Family(text, "banyan_entry_failures", "counter", "Requests that the cell did not answer to the end.", "_total", c => c.Failures);
        Family(text, "banyan_entry_server_errors", "counter", "Answers of a cell with a status of 500 or more.", "_total", c => c.ServerErrors);
        Family(text, "banyan_entry_active", "gauge", "Requests in progress, streams among them.", "", c => c.Active);
        Family(text, "banyan_entry_held", "gauge", "Requests that wait for their region to serve.", "", c => c.Held);
        Family(text, "banyan_entry_holds", "counter", "Times that a request had to wait.", "_total", c => c.Holds);
        Family(text, "banyan_entry_replays", "counter", "Times that a request was sent again.", "_total", c => c.Replays);
        Family(text, "banyan_entry_hold_refusals", "counter", "Requests refused because their region did not serve.", "_total", c => c.Refusals);
        text.Append("# TYPE banyan_entry_hold_seconds histogram\n# UNIT banyan_entry_hold_seconds seconds\n# HELP banyan_entry_hold_seconds How long requests waited.\n");
        foreach (var (region, count) in Sorted())
            count.Waits.Render(text, "banyan_entry_hold_seconds", region);
        text.Append("# TYPE banyan_entry_refused counter\n# HELP banyan_entry_refused Requests that the entry itself refused.\nbanyan_entry_refused_total ").Append(RefusedInTotal).Append('\n');
        return text.Append("# EOF\n").ToString();
    }

    public void Dispose() => _meter.Dispose();

    internal void Refused() => Interlocked.Increment(ref _refused);

    internal RegionCount Of(string region) => _regions.TryGetValue(region, out var count) ? count : _regions.GetOrAdd(region, static (_, m) => new RegionCount(m._options, m._time), this);

    private IEnumerable<Measurement<long>> Measure(Func<RegionCount, long> value) =>
        _regions.Select(r => new Measurement<long>(value(r.Value), new TagList { { "region", r.Key } }));

    private void Family(StringBuilder text, string name, string type, string help, string suffix, Func<RegionCount, long> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n# HELP {name} {help}\n");
        foreach (var (region, count) in Sorted())
            text.Append(CultureInfo.InvariantCulture, $"{name}{suffix}{{region=\"{region}\"}} {value(count)}\n");
    }

    private IEnumerable<KeyValuePair<string, RegionCount>> Sorted() => _regions.OrderBy(static r => r.Key, StringComparer.Ordinal);
}

/// <summary>What the entry did for one region's requests while it did not serve.</summary>
/// <param name="Now">Requests that wait now.</param>
/// <param name="Total">Waits that began since the start.</param>
/// <param name="Replayed">Times that a request was sent again.</param>
/// <param name="Refused">Requests refused because the region did not serve.</param>
/// <param name="LongestSeconds">The longest wait that has ended.</param>
public readonly record struct HoldFigures(long Now, long Total, long Replayed, long Refused, double LongestSeconds);
