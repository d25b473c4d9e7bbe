using System.Collections.Concurrent;

namespace Banyan.Cells.Telemetry;

/// <summary>
/// Every series of one name. At most <see cref="MaxSeries"/> of them: what comes after is counted in one series labelled
/// <c>otel_metric_overflow</c>, as the OpenTelemetry SDKs do, so that a label that a stranger can choose can't fill memory.
/// </summary>
internal sealed class MetricFamily
{
    /// <summary>The most series of one name.</summary>
    public const int MaxSeries = 1_000;

    private const int MaxLabelLength = 256;
    private static readonly KeyValuePair<string, string>[] Overflowed = [new("otel_metric_overflow", "true")];
    private readonly ConcurrentDictionary<TagSet, MetricSeries> _byTags = new(TagSetComparer.Instance);
    private readonly ConcurrentDictionary<TagSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly Dictionary<string, MetricSeries> _byLabels = new(StringComparer.Ordinal);
    private readonly Lock _growing = new();
    private readonly Lazy<MetricSeries> _overflow;

    public MetricFamily(string instrument, string name, string? unit, string? help, MetricKind kind, bool observed, double[]? bounds)
    {
        Instrument = instrument;
        Name = name;
        Unit = unit;
        Help = help;
        Kind = kind;
        Observed = observed;
        Bounds = bounds;
        _lookup = _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _overflow = new Lazy<MetricSeries>(() => new MetricSeries(Overflowed, Bounds));
    }

    /// <summary>The instrument's own name.</summary>
    public string Instrument { get; }

    /// <summary>Without a counter's <c>_total</c>.</summary>
    public string Name { get; }

    public string? Unit { get; }

    public string? Help { get; }

    public MetricKind Kind { get; }

    /// <summary>True where values are asked for at collection; a series that is not reported then is gone.</summary>
    public bool Observed { get; }

    /// <summary>Upper bounds of a histogram's buckets.</summary>
    public double[]? Bounds { get; }

    /// <summary>A snapshot of the series, sorted by labels.</summary>
    public IReadOnlyList<MetricSeries> Series(long generation)
    {
        lock (_growing)
        {
            IEnumerable<MetricSeries> all = _byLabels.OrderBy(static s => s.Key, StringComparer.Ordinal).Select(static s => s.Value);
            if (_overflow.IsValueCreated)
                all = all.Append(_overflow.Value);
            return [.. all.Where(s => !Observed || s.Generation == generation)];
        }
    }

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long generation)
    {
        if (double.IsNaN(value))
            return;
        if (!_lookup.TryGetValue(tags, out var series))
            series = Grow(tags);
        if (Kind == MetricKind.Histogram)
            series.Record(value);
        else if (!Observed)
            series.Add(value);
        else
            series.Set(series.Generation == generation && ReferenceEquals(series, OverflowOrNull) ? series.Value + value : value);
        if (Observed)
            series.Generation = generation;
    }

    /// <summary>A gauge that its owner sets (<c>Gauge&lt;T&gt;</c>).</summary>
    public void Set(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        (_lookup.TryGetValue(tags, out var series) ? series : Grow(tags)).Set(value);

    private MetricSeries? OverflowOrNull => _overflow.IsValueCreated ? _overflow.Value : null;

    private MetricSeries Grow(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = TagSetComparer.Instance.Create(tags);
        lock (_growing)
        {
            if (_byTags.TryGetValue(key, out var series))
                return series;
            // Two orders of the same attributes are one series; the number of orders is limited with the series.
            if (_byTags.Count >= MaxSeries || Labels(key.Tags) is not { } labels)
                return _overflow.Value;
            var text = string.Join('\n', labels.Select(static l => $"{l.Key}\t{l.Value}"));
            if (!_byLabels.TryGetValue(text, out series))
                _byLabels.Add(text, series = new MetricSeries(labels, Bounds));
            _byTags.TryAdd(key, series);
            return series;
        }
    }

    private static KeyValuePair<string, string>[]? Labels(KeyValuePair<string, object?>[] tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (attribute, value) in tags.OrderBy(static t => t.Key, StringComparer.Ordinal))
        {
            if (TagSet.Text(value) is not { } text)
                continue;
            var name = MetricNames.Label(attribute);
            // Attributes whose names become one label: values joined by a semicolon, in the order of the attributes' names.
            labels[name] = labels.TryGetValue(name, out var first) ? $"{first};{text}" : text;
            if (labels[name].Length > MaxLabelLength)
                return null;
        }

        return [.. labels];
    }
}
