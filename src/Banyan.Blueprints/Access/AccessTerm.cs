using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Access;

/// <summary>
/// One thing that a rule says of an attribute, as blueprints write it: <c>staff</c>, <c>not KE</c>, <c>at least 2</c>,
/// <c>above $10,000</c>, <c>same as resource.owner</c>. Immutable.
/// </summary>
/// <param name="Not">Whether it says <c>not</c>.</param>
/// <param name="Comparison">How a number is held against <paramref name="Number"/>; null where it is no number.</param>
/// <param name="Number">The limit.</param>
/// <param name="Value">The word; null where it is a number, or the same as the attribute's partner.</param>
internal readonly record struct AccessTerm(bool Not, Comparison? Comparison, decimal Number, string? Value)
{
    private const string NotPrefix = "not ";
    private const string SamePrefix = "same as ";

    private static readonly (string Text, Comparison Means)[] Comparisons =
    [
        ("at least ", Quantities.Comparison.AtLeast), ("at most ", Quantities.Comparison.AtMost), ("above ", Quantities.Comparison.Above), ("below ", Quantities.Comparison.Below),
        (">=", Quantities.Comparison.AtLeast), ("<=", Quantities.Comparison.AtMost), (">", Quantities.Comparison.Above), ("<", Quantities.Comparison.Below),
    ];

    /// <summary>Whether it is the same as the attribute's partner.</summary>
    public bool IsSame => Comparison is null && Value is null;

    /// <summary>Reads a term; null where an attribute can't be that.</summary>
    public static AccessTerm? TryParse(AccessAttribute attribute, string text)
    {
        if (attribute.IsNumber())
            return ReadNumber(attribute, text);
        var not = text.StartsWith(NotPrefix, StringComparison.Ordinal);
        var word = not ? text[NotPrefix.Length..] : text;
        if (word.StartsWith(SamePrefix, StringComparison.Ordinal))
            return attribute.Partner() is { } partner && word[SamePrefix.Length..] == partner.Word() ? new(not, null, 0, null) : null;
        return IsValue(attribute, word) ? new(not, null, 0, word) : null;
    }

    private static AccessTerm? ReadNumber(AccessAttribute attribute, string text)
    {
        var (comparison, not, rest) = (Quantities.Comparison.Equal, false, text);
        if (text.StartsWith(NotPrefix, StringComparison.Ordinal))
            (not, rest) = (true, text[NotPrefix.Length..]);
        else if (Array.Find(Comparisons, c => text.StartsWith(c.Text, StringComparison.Ordinal)) is { Text: { } prefix, Means: var means })
            (comparison, rest) = (means, text[prefix.Length..].TrimStart(' '));
        if (attribute != AccessAttribute.Amount)
            return rest.Length == 1 && rest[0] is >= '0' and <= '3' ? new(not, comparison, rest[0] - '0', null) : null;
        return rest.StartsWith('$') && Money.Parse(rest, out var sum) is null && sum is { Currency: "USD", Per: MoneyPeriod.None } ? new(not, comparison, sum.Amount, null) : null;
    }

    private static bool IsValue(AccessAttribute attribute, string word) => attribute switch
    {
        AccessAttribute.Kind => Enum.GetValues<AccessKind>().Any(k => CompiledConstraint.KindWord(k) == word),
        AccessAttribute.Jurisdiction or AccessAttribute.ResourceJurisdiction => (word.Length == 2 && char.IsAsciiLetterUpper(word[0]) && char.IsAsciiLetterUpper(word[1])) || IsName(word),
        AccessAttribute.Subject or AccessAttribute.ResourceOwner => false,
        _ => IsName(word),
    };

    private static bool IsName(string word) => word.Length is > 0 and <= 63 && word[0] != '-' && word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
