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
    private readonly Meter _meter;
    private long _refused;

    public EntryMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("banyan.entry.requests", () => Measure(c => c.Requests), "{request}", "Requests sent to a region's cell.");
        _meter.CreateObservableCounter("banyan.entry.failures", () => Measure(c => c.Failures), "{request}", "Requests that the cell did not answer to the end.");
        _meter.CreateObservableUpDownCounter("banyan.entry.active", () => Measure(c => c.Active), "{request}", "Requests in progress, streams among them.");
        _meter.CreateObservableCounter("banyan.entry.refused", () => Volatile.Read(ref _refused), "{request}", "Requests that the entry itself refused.");
    }

    /// <summary>Requests sent to a region since the start.</summary>
    public long RequestsOf(string region) => _regions.TryGetValue(region, out var count) ? count.Requests : 0;

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
        text.Append("# TYPE banyan_entry_refused counter\n# HELP banyan_entry_refused Requests that the entry itself refused.\nbanyan_entry_refused_total ").Append(RefusedInTotal).Append('\n');
        return text.Append("# EOF\n").ToString();
    }

    public void Dispose() => _meter.Dispose();

    internal void Refused() => Interlocked.Increment(ref _refused);

    internal RegionCount Begin(string region)
    {
        var count = _regions.GetOrAdd(region, static _ => new RegionCount());
        count.Begin();
        return count;
    }

    private IEnumerable<Measurement<long>> Measure(Func<RegionCount, long> value) =>
        _regions.Select(r => new Measurement<long>(value(r.Value), new TagList { { "region", r.Key } }));

    private void Family(StringBuilder text, string name, string type, string help, string suffix, Func<RegionCount, long> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n# HELP {name} {help}\n");
        foreach (var (region, count) in _regions.OrderBy(r => r.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{name}{suffix}{{region=\"{region}\"}} {value(count)}\n");
    }

    internal sealed class RegionCount
    {
        private long _requests;
        private long _ended;
        private long _failures;
        private long _serverErrors;

        public long Requests => Volatile.Read(ref _requests);

        public long Active => Requests - Volatile.Read(ref _ended);

        public long Failures => Volatile.Read(ref _failures);

        public long ServerErrors => Volatile.Read(ref _serverErrors);

        public void Begin() => Interlocked.Increment(ref _requests);

        public void Answered(int status)
        {
            if (status >= 500)
                Interlocked.Increment(ref _serverErrors);
        }

        public void Failed() => Interlocked.Increment(ref _failures);

        public void End() => Interlocked.Increment(ref _ended);
    }
}
