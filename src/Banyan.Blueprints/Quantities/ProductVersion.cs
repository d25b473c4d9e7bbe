namespace Banyan.Blueprints.Quantities;

/// <summary>A version of a product: <c>15</c>, <c>15.4</c>, or <c>1.28+</c> for that one or any later.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second; null where it is not said.</param>
/// <param name="Patch">The third; null where it is not said.</param>
/// <param name="OrLater">Whether later versions are meant too.</param>
public readonly record struct ProductVersion(int Major, int? Minor = null, int? Patch = null, bool OrLater = false) : IComparable<ProductVersion>
{
    /// <summary>By number, what is not said counting as 0; <see cref="OrLater"/> does not matter.</summary>
    public int CompareTo(ProductVersion other) => (Major, Minor ?? 0, Patch ?? 0).CompareTo((other.Major, other.Minor ?? 0, other.Patch ?? 0));

    public static bool operator <(ProductVersion left, ProductVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ProductVersion left, ProductVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ProductVersion left, ProductVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ProductVersion left, ProductVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Major}{(Minor is { } minor ? $".{minor}" : "")}{(Patch is { } patch ? $".{patch}" : "")}{(OrLater ? "+" : "")}";

    internal static bool TryParse(string text, out ProductVersion version)
    {
        version = default;
        var later = text.EndsWith('+');
        var parts = (later ? text[..^1] : text).Split('.');
        if (parts.Length > 3 || parts.Any(p => p.Length is 0 or > 6 || p.Any(c => !char.IsAsciiDigit(c))))
            return false;
        var numbers = parts.Select(p => int.Parse(p, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        version = new(numbers[0], numbers.Length > 1 ? numbers[1] : null, numbers.Length > 2 ? numbers[2] : null, later);
        return true;
    }
}
