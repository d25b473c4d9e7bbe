namespace Banyan.Blueprints.Quantities;

/// <summary>How a quantity is called and written; drives error texts, documentation and the JSON Schema.</summary>
/// <param name="Noun">With its article, such as <c>a duration</c>.</param>
/// <param name="Example">A text that parses, such as <c>15m</c>.</param>
/// <param name="Pattern">ECMA regular expression of the text, without anchors.</param>
/// <param name="Units">What the units are, for people.</param>
public sealed record QuantityKind(string Noun, string Example, string Pattern, string Units)
{
    /// <summary>A number without unit, as patterns write it.</summary>
    internal const string Number = @"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?";

    /// <summary>Pattern of the lower end of a range, which may leave its unit to the upper end.</summary>
    public string LowPattern { get; init; } = $"(?:{Pattern}|{Number})";

    /// <summary>Pattern of the upper end of a range.</summary>
    public string HighPattern { get; init; } = Pattern;

    /// <summary>Whether a bare YAML number is a valid text.</summary>
    public bool AllowsNumber { get; init; }
}
