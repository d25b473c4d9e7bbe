namespace Banyan.Blueprints.Quantities;

/// <summary>When something is done: a measure past a threshold (<c>cpu &gt; 60%</c>), or an event in words (<c>replica lost</c>).</summary>
/// <param name="Subject">What is measured, or the event.</param>
/// <param name="Comparison">How it is held against the threshold; null for an event or where no threshold is said.</param>
/// <param name="Threshold">The threshold; null together with <paramref name="Comparison"/>.</param>
public sealed record Condition(string Subject, Comparison? Comparison, Measure? Threshold) : IQuantity<Condition>
{
    private static readonly (string Text, Comparison Value)[] Comparisons =
        [("<=", Quantities.Comparison.AtMost), (">=", Quantities.Comparison.AtLeast), ("<", Quantities.Comparison.Below), (">", Quantities.Comparison.Above), ("=", Quantities.Comparison.Equal)];

    public static QuantityKind Kind { get; } = new("a condition", "cpu > 60%", $@"[A-Za-z][A-Za-z0-9 ._/-]{{0,79}}(?: *(?:<=|>=|<|>|=) *{Measure.Kind.Pattern})?", "what is measured, <, <=, >, >= or =, and the threshold");

    public static QuantityError? Parse(string text, out Condition value)
    {
        text = text.Trim();
        value = new(text, null, null);
        var at = text.AsSpan().IndexOfAny('<', '>', '=');
        var subject = (at < 0 ? text : text[..at]).TrimEnd();
        if (subject.Length is 0 or > 80 || !char.IsAsciiLetter(subject[0]) || subject.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not (' ' or '.' or '_' or '/' or '-')))
            return new($"'{QuantityText.Shorten(text)}' is not a condition", "write what is measured and its threshold, for instance cpu > 60%");
        if (at < 0)
            return null;
        var (symbol, comparison) = Comparisons.First(c => text.AsSpan(at).StartsWith(c.Text));
        if (Measure.Parse(text[(at + symbol.Length)..].Trim(), out var threshold) is { } error)
            return error;
        value = new(subject, comparison, threshold);
        return null;
    }

    public override string ToString() => Comparison is { } comparison ? $"{Subject} {Comparisons.First(c => c.Value == comparison).Text} {Threshold}" : Subject;
}
