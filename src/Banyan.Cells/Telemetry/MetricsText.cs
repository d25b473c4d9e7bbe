using System.Buffers;
using System.Globalization;
using System.Text;

namespace Banyan.Cells.Telemetry;

/// <summary>How metrics are written.</summary>
internal enum MetricsFormat
{
    /// <summary>Prometheus text format 0.0.4.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>Writes families in a text format. Not thread-safe; one per answer.</summary>
internal sealed class MetricsText(IBufferWriter<byte> output, MetricsFormat format)
{
    private readonly StringBuilder _line = new(256);

    public static string ContentType(MetricsFormat format) => format == MetricsFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>What the metrics are about, as <c>target_info</c> (OpenMetrics 1.0, "Supporting target metadata").</summary>
    public void WriteTarget(IReadOnlyList<KeyValuePair<string, string>> attributes)
    {
        if (format == MetricsFormat.OpenMetrics)
            Line("# TYPE target info");
        else
            Line("# HELP target_info What the metrics are about.\n# TYPE target_info gauge");
        Sample("target_info", attributes, null, null, "1");
    }

    public void Write(MetricFamily family, IReadOnlyList<MetricSeries> series)
    {
        var counter = family.Kind == MetricKind.Counter ? family.Name + "_total" : family.Name;
        var name = format == MetricsFormat.OpenMetrics ? family.Name : counter;
        var type = family.Kind switch { MetricKind.Counter => "counter", MetricKind.Histogram => "histogram", _ => "gauge" };
        Line($"# TYPE {name} {type}");
        if (format == MetricsFormat.OpenMetrics && family.Unit is { } unit && name.EndsWith("_" + unit, StringComparison.Ordinal)) // MUST be the suffix
            Line($"# UNIT {name} {unit}");
        if (family.Help is { Length: > 0 } help)
            Line($"# HELP {name} {EscapeHelp(help)}");
        foreach (var one in series)
        {
            if (family.Kind == MetricKind.Histogram)
                WriteHistogram(family, one);
            else
                Sample(counter, one.Labels, null, null, Number(one.Value));
        }
    }

    /// <summary>The end of the exposition, where the format has one.</summary>
    public void WriteEnd()
    {
        if (format == MetricsFormat.OpenMetrics)
            Line("# EOF");
    }

    private void WriteHistogram(MetricFamily family, MetricSeries series)
    {
        var buckets = series.Buckets();
        var count = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            Sample(family.Name + "_bucket", series.Labels, "le", i < family.Bounds!.Length ? Bound(family.Bounds[i]) : "+Inf", Number(count));
        }

        Sample(family.Name + "_sum", series.Labels, null, null, Number(series.Value));
        Sample(family.Name + "_count", series.Labels, null, null, Number(count));
    }

    private void Sample(string name, IReadOnlyList<KeyValuePair<string, string>> labels, string? lastLabel, string? lastValue, string value)
    {
        _line.Clear().Append(name);
        if (labels.Count > 0 || lastLabel is not null)
        {
            var comma = '{';
            foreach (var (label, text) in labels)
            {
                _line.Append(comma).Append(label).Append("=\"");
                Escape(text);
                _line.Append('"');
                comma = ',';
            }

            if (lastLabel is not null)
                _line.Append(comma).Append(lastLabel).Append("=\"").Append(lastValue).Append('"');
            _line.Append('}');
        }

        Line(_line.Append(' ').Append(value).ToString());
    }

    private void Escape(string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => _line.Append("\\\\"),
                '"' => _line.Append("\\\""),
                '\n' => _line.Append("\\n"),
                _ => _line.Append(c),
            };
        }
    }

    private string EscapeHelp(string help)
    {
        help = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return format == MetricsFormat.OpenMetrics ? help.Replace("\"", "\\\"", StringComparison.Ordinal) : help;
    }

    private string Bound(double bound)
    {
        var text = Number(bound);
        // OpenMetrics, "Considerations: Canonical Numbers": a bound is always a float.
        return format == MetricsFormat.OpenMetrics && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? text + ".0" : text;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private void Line(string line)
    {
        Encoding.UTF8.GetBytes(line, output);
        output.Write("\n"u8);
    }
}
