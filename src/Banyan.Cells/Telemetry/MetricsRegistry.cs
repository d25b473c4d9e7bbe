using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Telemetry;

/// <summary>
/// What the cell's instruments have measured, ready to be exposed. It listens to the meters of this cell
/// (<c>IMeterFactory</c>) and to those of the runtime and its libraries. Measuring takes no lock and, once a series
/// exists, no memory. Thread-safe.
/// </summary>
internal sealed partial class MetricsRegistry : IDisposable
{
    /// <summary>The most families.</summary>
    private const int MaxFamilies = 1_000;

    /// <summary>Listened to beside <c>Banyan.*</c>.</summary>
    private static readonly HashSet<string> Meters = new(StringComparer.Ordinal)
    {
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Net.Http", "System.Runtime",
    };

    /// <summary>Measured twice a request; the cell's own gauge says the same for nothing.</summary>
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal) { "http.server.active_requests" };

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly IMeterFactory _factory;
    private readonly ILogger<MetricsRegistry> _logger;
    private readonly Lock _collecting = new();
    private long _generation;

    public MetricsRegistry(IMeterFactory factory, ILogger<MetricsRegistry> logger)
    {
        _factory = factory;
        _logger = logger;
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<double>(static (i, v, t, s) => Measure(i, v, t, s));
        _listener.SetMeasurementEventCallback<float>(static (i, v, t, s) => Measure(i, v, t, s));
        _listener.SetMeasurementEventCallback<long>(static (i, v, t, s) => Measure(i, v, t, s));
        _listener.SetMeasurementEventCallback<int>(static (i, v, t, s) => Measure(i, v, t, s));
        _listener.SetMeasurementEventCallback<short>(static (i, v, t, s) => Measure(i, v, t, s));
        _listener.SetMeasurementEventCallback<byte>(static (i, v, t, s) => Measure(i, v, t, s));
        _listener.SetMeasurementEventCallback<decimal>(static (i, v, t, s) => Measure(i, (double)v, t, s));
        _listener.Start();
    }

    /// <summary>Asks the observed instruments, then hands every family with its series to <paramref name="write"/>, sorted by name.</summary>
    public void Collect(Action<MetricFamily, IReadOnlyList<MetricSeries>> write)
    {
        lock (_collecting)
        {
            Interlocked.Increment(ref _generation);
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException error)
            {
                LogObserve(_logger, error.InnerExceptions[0]); // the others were asked all the same
            }

            foreach (var (_, family) in _families.OrderBy(static f => f.Value.Name, StringComparer.Ordinal))
            {
                if (family.Series(_generation) is { Count: > 0 } series)
                    write(family, series);
            }
        }
    }

    /// <summary>The sum over an instrument's series, of those with a label's value where one is given: a counter's value or a histogram's count.</summary>
    public long Sum(string instrument, string? label = null, string? value = null)
    {
        var sum = 0d;
        foreach (var (_, family) in _families)
        {
            if (family.Instrument != instrument || family.Observed)
                continue;
            foreach (var series in family.Series(0))
            {
                if (label is null || series.Labels.Any(l => l.Key == label && l.Value == value))
                    sum += family.Kind == MetricKind.Histogram ? series.Buckets().Sum() : series.Value;
            }
        }

        return (long)sum;
    }

    public void Dispose() => _listener.Dispose();

    private static void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var target = (Target)state!;
        if (target.IsSet)
            target.Family.Set(value, tags);
        else
            target.Family.Measure(value, tags, target.Registry._generation);
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        if (meter.Scope is not null && !ReferenceEquals(meter.Scope, _factory))
            return; // of another cell in this process
        if (!(Meters.Contains(meter.Name) || meter.Name.StartsWith("Banyan.", StringComparison.OrdinalIgnoreCase)) || Skipped.Contains(instrument.Name))
            return;
        if (Shape(instrument) is not { } shape)
            return;
        var unit = MetricNames.Unit(instrument.Unit, shape.Kind);
        var name = MetricNames.Family(instrument.Name, unit, shape.Kind);
        var family = _families.Count >= MaxFamilies && !_families.ContainsKey(name) ? null : _families.GetOrAdd(name, n => new MetricFamily(
            instrument.Name, n, unit, instrument.Description, shape.Kind, instrument.IsObservable, shape.Kind == MetricKind.Histogram ? MetricBuckets.Of(instrument) : null));
        if (family is null || family.Kind != shape.Kind || family.Observed != instrument.IsObservable)
        {
            LogLeftOut(_logger, instrument.Name, meter.Name, family is null ? "there are too many" : $"its name in the exposition, {name}, is that of {family.Instrument}, which is of another kind");
            return;
        }

        listener.EnableMeasurementEvents(instrument, new Target(this, family, shape.IsSet));
    }

    private static (MetricKind Kind, bool IsSet)? Shape(Instrument instrument)
    {
        var type = instrument.GetType();
        var name = type.IsGenericType ? type.GetGenericTypeDefinition().Name : type.BaseType?.Name ?? "";
        return name switch
        {
            "Counter`1" or "ObservableCounter`1" => (MetricKind.Counter, false),
            "UpDownCounter`1" or "ObservableUpDownCounter`1" or "ObservableGauge`1" => (MetricKind.Gauge, false),
            "Gauge`1" => (MetricKind.Gauge, true),
            "Histogram`1" => (MetricKind.Histogram, false),
            _ => null,
        };
    }

    private sealed record Target(MetricsRegistry Registry, MetricFamily Family, bool IsSet);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Instrument {Instrument} of {Meter} is not exposed: {Reason}.")]
    private static partial void LogLeftOut(ILogger logger, string instrument, string meter, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An instrument could not be observed.")]
    private static partial void LogObserve(ILogger logger, Exception error);
}
