namespace Banyan.Blueprints.Quantities;

/// <summary>From one quantity to another: <c>10..15</c>, <c>40TB..200TB</c>, <c>$30..135/month</c>; at least one: <c>1000+</c>; or exactly one: <c>5</c>. The lower end may leave its unit to the upper (<c>10..40Gbps</c>).</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The most, never under <paramref name="Low"/>; null where there is no upper end.</param>
public readonly record struct Range<T>(T Low, T? High) : IQuantity<Range<T>> where T : struct, IQuantity<T>, IComparable<T>
{
    public static QuantityKind Kind { get; } = new($"{T.Kind.Noun} or a range", T.Kind.Example,
        $"(?:{T.Kind.Pattern}\\+?|{T.Kind.LowPattern} *\\.\\. *{T.Kind.HighPattern})", $"{T.Kind.Units}; a range as low..high, or low+ for at least")
    { AllowsNumber = T.Kind.AllowsNumber };

    /// <summary>Whether it is one value.</summary>
    public bool IsExact => High is { } high && high.CompareTo(Low) == 0;

    /// <summary>Whether it has no upper end (<c>250+</c>).</summary>
    public bool IsOpen => High is null;

    /// <summary>Whether a value lies in it, ends included.</summary>
    public bool Contains(T value) => value.CompareTo(Low) >= 0 && (High is not { } high || value.CompareTo(high) <= 0);

    /// <summary>Exactly one value.</summary>
    public static implicit operator Range<T>(T value) => new(value, value);

    public static QuantityError? Parse(string text, out Range<T> value)
    {
        value = default;
        text = text.Trim();
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            var open = text.Length > 1 && text[^1] == '+';
            if (T.Parse(open ? text[..^1] : text, out var single) is { } wrong)
                return Dashed(text) ?? wrong;
            value = new(single, open ? null : single);
            return null;
        }

        var (lowText, highText) = Complete(text[..dots].Trim(), text[(dots + 2)..].Trim());
        if ((T.Parse(lowText, out var low) ?? T.Parse(highText, out _)) is { } error)
            return new($"'{QuantityText.Shorten(text)}' is not {T.Kind.Noun}'s range: {error.Message}", error.Hint);
        T.Parse(highText, out var high);
        if (high.CompareTo(low) < 0)
            return new($"'{QuantityText.Shorten(text)}' is a range whose end lies below its beginning", $"write {high}..{low}");
        value = new(low, high);
        return null;
    }

    public override string ToString() => IsOpen ? $"{Low}+" : IsExact ? Low.ToString()! : $"{Low}..{High}";

    /// <summary>Gives each end what it left to the other: the unit, or the currency and the period.</summary>
    private static (string Low, string High) Complete(string low, string high)
    {
        if (typeof(T) == typeof(Money))
        {
            if (Money.CurrencyOf(low, out var length) is not null && Money.CurrencyOf(high, out _) is null)
                high = low[..length] + high;
            return (low.Contains('/') ? low : low + Money.PeriodOf(high), high);
        }

        if (typeof(T) == typeof(Rate))
            return (T.Parse(low, out _) is null ? low : low + high.AsSpan(high.IndexOfAny(['/', ' ']) is var at and >= 0 ? at : high.Length).ToString(), high);
        // a bare number is complete where the quantity has no unit: 10..15K is from ten to fifteen thousand
        if (low.Length > 0 && char.IsAsciiDigit(low[^1]) && T.Parse(low, out _) is not null)
            low += high.TrimStart("0123456789.,".AsSpan()).ToString();
        return (low, high);
    }

    private static QuantityError? Dashed(string text)
    {
        var dash = text.AsSpan().IndexOfAny('-', '–');
        return dash > 0 && Parse($"{text[..dash]}..{text[(dash + 1)..]}", out _) is null
            ? new($"'{QuantityText.Shorten(text)}' is not {T.Kind.Noun}", $"write a range as {text[..dash].Trim()}..{text[(dash + 1)..].Trim()}")
            : null;
    }
}
