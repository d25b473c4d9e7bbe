using System.Globalization;
using Banyan.Services.Climate.Queries;

namespace Banyan.Services.Climate.Rules;

/// <summary>Checks a definition and names all that is wrong with it. Pure.</summary>
internal static class RuleValidator
{
    private const long MaxWindow = 366 * Instants.Day;
    internal const int MaxText = 4_000;

    /// <summary>What <see cref="Comparison"/> reads.</summary>
    internal static readonly string[] Comparisons = [">", ">=", "<", "<="];

    // CAP 1.2 section 3.2.2.
    internal static readonly string[] Categories = ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"];
    internal static readonly string[] Urgencies = ["Immediate", "Expected", "Future", "Past", "Unknown"];
    internal static readonly string[] Severities = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
    internal static readonly string[] Certainties = ["Observed", "Likely", "Possible", "Unlikely", "Unknown"];

    /// <summary>Whether a rule may have this name: 1 to 64 lower-case letters, digits and dashes.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 64 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Makes the rule; null where something is wrong, and then <paramref name="problems"/> says what.</summary>
    public static Rule? Check(string name, long version, RuleDefinition definition, List<string> problems)
    {
        Require(definition.Measurement, "measurement");
        Require(definition.Field, "field");
        foreach (var (key, value) in definition.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (key.Length == 0 || string.IsNullOrEmpty(value))
                problems.Add($"tags.{key} must have a value.");
        }

        if (!AggregateFunctions.TryParse(definition.Function ?? "-", out var function))
            problems.Add($"function must be one of {AggregateFunctions.Names}.");
        if (!Durations.TryParse(definition.Window, out var window) || window is <= 0 or > MaxWindow)
            problems.Add("window must be a duration of at most 366d, such as 24h.");
        if (Comparison(definition.Comparison) is not { } comparison)
        {
            problems.Add("comparison must be one of >, >=, <, <=.");
            comparison = RuleComparison.Above;
        }

        if (definition.Threshold is not { } threshold || !double.IsFinite(threshold))
        {
            problems.Add("threshold must be a number.");
            threshold = 0;
        }

        var rearm = definition.Rearm ?? threshold;
        if (comparison is RuleComparison.Above or RuleComparison.AtLeast ? rearm > threshold : rearm < threshold)
            problems.Add("rearm must not lie beyond the threshold: the rule would re-arm while it still holds.");
        var expires = CheckAlert(definition.Alert, problems);
        if (problems.Count > 0)
            return null;
        return new Rule
        {
            Name = name,
            Version = version,
            Definition = definition,
            Measurement = definition.Measurement!,
            Field = definition.Field!,
            Function = function,
            Window = window,
            Comparison = comparison,
            Threshold = threshold,
            Rearm = rearm,
            Expires = expires,
        };

        void Require(string? text, string of)
        {
            if (string.IsNullOrEmpty(text))
                problems.Add($"{of} is missing.");
        }
    }

    private static RuleComparison? Comparison(string? text) => text switch
    {
        ">" => RuleComparison.Above,
        ">=" => RuleComparison.AtLeast,
        "<" => RuleComparison.Below,
        "<=" => RuleComparison.AtMost,
        _ => null,
    };

    private static TimeSpan? CheckAlert(RuleAlert? alert, List<string> problems)
    {
        if (alert is null)
        {
            problems.Add("alert is missing.");
            return null;
        }

        if (string.IsNullOrWhiteSpace(alert.Event))
            problems.Add("alert.event is missing.");
        OneOf(alert.Category, "category", Categories);
        OneOf(alert.Urgency, "urgency", Urgencies);
        OneOf(alert.Severity, "severity", Severities);
        OneOf(alert.Certainty, "certainty", Certainties);
        foreach (var (text, of) in new[] { (alert.Event, "event"), (alert.Headline, "headline"), (alert.Description, "description"), (alert.Instruction, "instruction") })
        {
            if (text?.Length > MaxText)
                problems.Add($"alert.{of} has more than {MaxText} characters.");
        }

        CheckArea(alert.Area, problems);
        if (alert.Expires is null)
            return null;
        if (Durations.TryParse(alert.Expires, out var expires) && expires is > 0 and <= MaxWindow)
            return TimeSpan.FromTicks(expires / 100);
        problems.Add("alert.expires must be a duration of at most 366d, such as 6h.");
        return null;

        void OneOf(string? text, string of, string[] known)
        {
            if (!known.Contains(text, StringComparer.Ordinal))
                problems.Add($"alert.{of} must be one of {string.Join(", ", known)}.");
        }
    }

    private static void CheckArea(RuleArea? area, List<string> problems)
    {
        if (area is null)
            return;
        if (string.IsNullOrWhiteSpace(area.Description))
            problems.Add("alert.area.description is missing.");
        if (area.Circle is { } circle)
        {
            var parts = circle.Split(' ');
            if (parts.Length != 2 || !IsPoint(parts[0]) || !TryNumber(parts[1], 0, 20_100, out _))
                problems.Add("alert.area.circle must be 'lat,lon radius_km', such as '-1.29,36.82 25'.");
        }

        if (area.Polygon is { } polygon)
        {
            var points = polygon.Split(' ');
            if (points.Length < 4 || points[0] != points[^1] || !points.All(IsPoint))
                problems.Add("alert.area.polygon must be at least four points 'lat,lon', the last the same as the first.");
        }
    }

    private static bool IsPoint(string text)
    {
        var parts = text.Split(',');
        return parts.Length == 2 && TryNumber(parts[0], -90, 90, out _) && TryNumber(parts[1], -180, 180, out _);
    }

    private static bool TryNumber(string text, double least, double most, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
}
