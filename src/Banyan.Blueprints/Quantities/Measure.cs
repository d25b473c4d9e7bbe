namespace Banyan.Blueprints.Quantities;

/// <summary>A quantity of any kind, where the key does not say which: a percentage, duration, amount of data, rate, bandwidth or plain count. Exactly one is not null.</summary>
public sealed record Measure : IQuantity<Measure>
{
    public Percentage? Percentage { get; private init; }

    public Duration? Duration { get; private init; }

    public ByteSize? Bytes { get; private init; }

    public Rate? Rate { get; private init; }

    public Bandwidth? Bandwidth { get; private init; }

    public Count? Count { get; private init; }

    public static QuantityKind Kind { get; } = new("a value", "60%",
        string.Join('|', Quantities.Percentage.Kind.Pattern, Quantities.Duration.Kind.Pattern, ByteSize.Kind.Pattern, Quantities.Rate.Kind.Pattern, Quantities.Bandwidth.Kind.Pattern, Quantities.Count.Kind.Pattern) is var all ? $"(?:{all})" : "",
        "a percentage, duration, amount of data, rate, bandwidth or count")
    { AllowsNumber = true };

    public static QuantityError? Parse(string text, out Measure value)
    {
        value = Quantities.Percentage.Parse(text, out var percentage) is null ? new() { Percentage = percentage }
            : Quantities.Duration.Parse(text, out var duration) is null ? new() { Duration = duration }
            : ByteSize.Parse(text, out var bytes) is null ? new() { Bytes = bytes }
            : Quantities.Rate.Parse(text, out var rate) is null ? new() { Rate = rate }
            : Quantities.Bandwidth.Parse(text, out var bandwidth) is null ? new() { Bandwidth = bandwidth }
            : Quantities.Count.Parse(text, out var count) is null ? new() { Count = count }
            : new();
        return value is { Percentage: null, Duration: null, Bytes: null, Rate: null, Bandwidth: null, Count: null }
            ? new($"'{QuantityText.Shorten(text)}' is not a value with its unit", "write for instance 60%, 500ms or 10GB")
            : null;
    }

    public override string ToString() =>
        Percentage?.ToString() ?? Duration?.ToString() ?? Bytes?.ToString() ?? Rate?.ToString() ?? Bandwidth?.ToString() ?? Count?.ToString() ?? "";
}
