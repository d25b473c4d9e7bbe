using System.Collections.Immutable;
using System.Globalization;
using Banyan.Cells.Describing;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>One value of a query, beside its description. Pure.</summary>
internal static class QueryValue
{
    public static bool Fits(QueryParameter parameter, string value) => parameter.Type switch
    {
        QueryType.Integer => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && IsWithin(parameter, whole),
        QueryType.Number => double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && IsWithin(parameter, number),
        QueryType.Boolean => value is "true" or "false",
        QueryType.Id => Guid.TryParseExact(value, "D", out _),
        _ => value.Length <= parameter.Longest && FitsWords(parameter.OneOf, parameter.AnyCase, value) && parameter.Pattern?.Fits(value) != false,
    };

    /// <summary>Whether a text is one of the only ones.</summary>
    public static bool FitsWords(ImmutableArray<string> words, bool anyCase, string value) =>
        words.IsEmpty || words.Contains(value, anyCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    public static string Describe(QueryParameter parameter) => parameter.Type switch
    {
        QueryType.Integer => "a whole number" + Range(parameter),
        QueryType.Number => "a number" + Range(parameter),
        QueryType.Boolean => "true or false",
        QueryType.Id => "a UUID",
        _ when parameter.OneOf.Length > 0 => "one of " + string.Join(", ", parameter.OneOf),
        _ when parameter.Pattern is { } pattern => pattern.Words,
        _ => string.Create(CultureInfo.InvariantCulture, $"a text of at most {parameter.Longest} characters"),
    };

    private static bool IsWithin(QueryParameter parameter, double value) => !(value < parameter.Least) && !(value > parameter.Most);

    private static string Range(QueryParameter parameter) => (parameter.Least, parameter.Most) switch
    {
        (null, null) => "",
        ({ } least, null) => string.Create(CultureInfo.InvariantCulture, $" of at least {least}"),
        (null, { } most) => string.Create(CultureInfo.InvariantCulture, $" of at most {most}"),
        ({ } least, { } most) => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}"),
    };
}
