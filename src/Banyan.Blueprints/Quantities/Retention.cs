namespace Banyan.Blueprints.Quantities;

/// <summary>How long something is kept: <c>30d</c>, <c>7y</c>, or <c>forever</c>.</summary>
/// <param name="Period">How long; null where it is never deleted.</param>
public readonly record struct Retention(Duration? Period) : IQuantity<Retention>
{
    private const string Always = "forever";

    public static QuantityKind Kind { get; } = new("a time to keep", "30d", $"(?:{Always}|{Duration.Kind.Pattern})", $"{Duration.Kind.Units}, or {Always}");

    /// <summary>Whether it is never deleted.</summary>
    public bool IsForever => Period is null;

    public static QuantityError? Parse(string text, out Retention value)
    {
        value = default;
        if (text.Trim() == Always)
            return null;
        if (Duration.Parse(text, out var period) is { } error)
            return text.Trim().ToLowerInvariant() is "permanent" or "always" or "infinite" ? new($"'{text.Trim()}' is not a time to keep", $"write {Always}") : error;
        value = new(period);
        return null;
    }

    public override string ToString() => Period?.ToString() ?? Always;
}
