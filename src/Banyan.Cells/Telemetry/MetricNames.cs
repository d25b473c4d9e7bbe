using System.Text;

namespace Banyan.Cells.Telemetry;

/// <summary>
/// Names of instruments and attributes as Prometheus wants them, by the rules of OpenTelemetry ("Prometheus and
/// OpenMetrics Compatibility": metric metadata, metric attributes). Pure.
/// </summary>
internal static class MetricNames
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds", ["ns"] = "nanoseconds",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes", ["TiBy"] = "tibibytes",
        ["KBy"] = "kilobytes", ["MBy"] = "megabytes", ["GBy"] = "gigabytes", ["TBy"] = "terabytes",
        ["m"] = "meters", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts", ["g"] = "grams",
        ["Cel"] = "celsius", ["Hz"] = "hertz", ["%"] = "percent",
    };

    private static readonly Dictionary<string, string> Per = new(StringComparer.Ordinal)
    {
        ["s"] = "second", ["m"] = "minute", ["h"] = "hour", ["d"] = "day", ["w"] = "week", ["mo"] = "month", ["y"] = "year",
    };

    /// <summary>The unit in words, such as <c>seconds</c> for <c>s</c>; null where it has none (<c>{request}</c>, <c>1</c> of anything but a gauge).</summary>
    public static string? Unit(string? unit, MetricKind kind)
    {
        if (string.IsNullOrWhiteSpace(unit))
            return null;
        if (unit == "1")
            return kind == MetricKind.Gauge ? "ratio" : null;
        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return Word(unit, Units);
        var per = Word(unit[(slash + 1)..], Per);
        return (Word(unit[..slash], Units), per) switch
        {
            (var a, null) => a,
            (null, var b) => $"per_{b}",
            var (a, b) => $"{a}_per_{b}",
        };
    }

    /// <summary>The family's name without a counter's <c>_total</c>: every foreign character an underscore, no two in a row, the unit at the end unless the name holds it already.</summary>
    public static string Family(string instrument, string? unit, MetricKind kind)
    {
        var name = Clean(instrument, allowColon: true);
        if (kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal))
            name = name[..^"_total".Length];
        return unit is null || $"_{name}_".Contains($"_{unit}_", StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>A label's name for an attribute's.</summary>
    public static string Label(string attribute) => Clean(attribute, allowColon: false);

    private static string? Word(string unit, Dictionary<string, string> known)
    {
        var brace = unit.IndexOf('{', StringComparison.Ordinal);
        var bare = brace < 0 ? unit : unit[..brace];
        if (bare.Length == 0)
            return null;
        return known.TryGetValue(bare, out var word) ? word : Clean(bare, allowColon: false).Trim('_') is { Length: > 0 } cleaned ? cleaned : null;
    }

    private static string Clean(string name, bool allowColon)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var valid = char.IsAsciiLetterOrDigit(c) || c == '_' || (allowColon && c == ':');
            if (clean.Length == 0 && char.IsAsciiDigit(c))
                clean.Append('_');
            var next = valid ? c : '_';
            if (next != '_' || clean.Length == 0 || clean[^1] != '_')
                clean.Append(next);
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }
}
