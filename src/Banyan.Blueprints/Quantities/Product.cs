namespace Banyan.Blueprints.Quantities;

/// <summary>Something that others make: <c>postgresql 15.4</c>, <c>kubernetes 1.28+</c>, <c>kong</c>.</summary>
/// <param name="Name">In lower case, with hyphens for blanks.</param>
/// <param name="Version">Null where it is not said.</param>
public sealed record Product(string Name, ProductVersion? Version = null) : IQuantity<Product>
{
    public static QuantityKind Kind { get; } = new("a product", "postgresql 15", @"[a-z0-9][a-z0-9.+/-]{0,62}(?: +\d{1,6}(?:\.\d{1,6}){0,2}\+?)?", "its name in lower case, and its version");

    public static QuantityError? Parse(string text, out Product value)
    {
        text = text.Trim();
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        value = new(text);
        if (parts.Length is 0 or > 2 || parts[0].Length > 63 || !parts[0].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '+' or '/' or '-') || !char.IsAsciiLetterOrDigit(parts[0][0]))
        {
            var suggestion = string.Concat(text.ToLowerInvariant().Replace(' ', '-').Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'));
            return new($"'{QuantityText.Shorten(text)}' is not a product", suggestion.Length is > 0 and < 40 && char.IsAsciiLetterOrDigit(suggestion[0]) ? $"write its name in lower case with hyphens, such as {suggestion}" : "write for instance postgresql 15");
        }

        if (parts.Length == 1)
        {
            value = new(parts[0]);
            return null;
        }

        if (!ProductVersion.TryParse(parts[1], out var version))
            return new($"'{QuantityText.Shorten(parts[1])}' is not a version", "write for instance 15, 15.4 or 1.28+");
        value = new(parts[0], version);
        return null;
    }

    public override string ToString() => Version is { } version ? $"{Name} {version}" : Name;
}
