namespace Banyan.Blueprints.Quantities;

/// <summary>How often something is repeated: <c>1h</c>, <c>1d</c>, or <c>continuous</c>.</summary>
/// <param name="Interval">Time from one to the next; null where it is continuous.</param>
public readonly record struct Cadence(Duration? Interval) : IQuantity<Cadence>
{
    private const string Always = "continuous";

    public static QuantityKind Kind { get; } = new("an interval", "1h", $"(?:{Always}|{Duration.Kind.Pattern})", $"{Duration.Kind.Units}, or {Always}");

    /// <summary>Whether it never pauses.</summary>
    public bool IsContinuous => Interval is null;

    public static QuantityError? Parse(string text, out Cadence value)
    {
        value = default;
        if (text.Trim() == Always)
            return null;
        if (Duration.Parse(text, out var interval) is { } error)
        {
            var word = text.Trim().ToLowerInvariant() switch { "hourly" => "1h", "daily" => "1d", "weekly" => "1w", "monthly" => "1mo", "real-time" or "realtime" or "always" => Always, _ => null };
            return word is not null ? new($"'{QuantityText.Shorten(text)}' is not an interval", $"write {word}") : error;
        }

        if (interval.Value == TimeSpan.Zero)
            return new($"'{text}' is not an interval", $"write {Always} for what never pauses");
        value = new(interval);
        return null;
    }

    public override string ToString() => Interval?.ToString() ?? Always;
}
