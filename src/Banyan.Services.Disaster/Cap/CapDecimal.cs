using System.Globalization;

namespace Banyan.Services.Disaster.Cap;

/// <summary>A decimal number with the digits that were written; what is given back is never rounded. Equal where the text is.</summary>
internal readonly record struct CapDecimal
{
    private const int MaxLength = 64;

    private CapDecimal(string text, double value)
    {
        Text = text;
        Value = value;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The nearest double, for geometry.</summary>
    public double Value { get; }

    /// <summary>Reads an <c>xs:decimal</c> of at most 64 characters: a sign, digits, a point; no exponent.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CapDecimal number)
    {
        number = default;
        var digits = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (text.Length > MaxLength || !digits.ContainsAnyInRange('0', '9') || digits.ContainsAnyExcept("0123456789.") || digits.Count('.') > 1)
            return false;
        number = new CapDecimal(text.ToString(), double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>The same digits as a JSON number (RFC 8259 section 6), which knows no plus sign and no bare point.</summary>
    public string ToJson()
    {
        var digits = Text.AsSpan().TrimStart("+-").TrimStart('0');
        var sign = Text[0] == '-' ? "-" : "";
        var zero = digits.Length == 0 || digits[0] == '.' ? "0" : "";
        return $"{sign}{zero}{digits.TrimEnd('.')}";
    }

    /// <inheritdoc/>
    public bool Equals(CapDecimal other) => Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    public override string ToString() => Text;
}
