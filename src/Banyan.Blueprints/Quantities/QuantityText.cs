using System.Globalization;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Quantities;

/// <summary>What the quantities' parsers share: numbers, units, exact scaling, and the words of their errors.</summary>
internal static class QuantityText
{
    /// <summary>Longer texts are no quantity: nothing that people write needs more.</summary>
    public const int MaxLength = 64;

    private const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands;

    /// <summary>Reads the number that a text begins with; thousands may be grouped by commas. Exact: a number that a decimal can't hold is refused.</summary>
    /// <returns>How many characters the number has; 0 where there is none.</returns>
    public static int ReadNumber(ReadOnlySpan<char> text, out decimal value)
    {
        value = 0;
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] is ',' or '.'))
            length++;
        // "10..15" is a range, "5." is not a number
        var number = text[..length];
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? default : number[(point + 1)..];
        if (!IsWhole(whole) || (point >= 0 && (fraction.IsEmpty || fraction.Length > 12 || fraction.ContainsAnyExceptInRange('0', '9'))))
            return 0;
        return decimal.TryParse(number, Style, CultureInfo.InvariantCulture, out value) && value <= 1e18m ? length : 0;
    }

    private static bool IsWhole(ReadOnlySpan<char> digits)
    {
        if (digits.IsEmpty || digits.Length > 25)
            return false;
        if (!digits.Contains(','))
            return !digits.ContainsAnyExceptInRange('0', '9');
        var first = digits.IndexOf(',');
        if (first is < 1 or > 3 || (digits.Length - first) % 4 != 0)
            return false;
        for (var i = 0; i < digits.Length; i++)
        {
            if (i >= first && (i - first) % 4 == 0 ? digits[i] != ',' : !char.IsAsciiDigit(digits[i]))
                return false;
        }

        return true;
    }

    /// <summary>Reads a number and a unit from the table, such as <c>1.5GB</c>; the base value is the number times the unit's factor, and exact.</summary>
    public static QuantityError? ParseScaled(string text, QuantityKind kind, IReadOnlyList<Unit> units, decimal max, bool integral, out decimal value)
    {
        value = 0;
        text = text.Trim();
        if (text.Length == 0 || text.Length > MaxLength)
            return NotA(text, kind);
        var length = ReadNumber(text, out var number);
        if (length == 0)
            return NotA(text, kind);
        var unitText = text.AsSpan(length).TrimStart();
        foreach (var unit in units)
        {
            if (!unitText.SequenceEqual(unit.Text))
                continue;
            if (number > max / unit.Factor)
                return new($"'{Shorten(text)}' is too large for {kind.Noun}", $"the most is {Write(max, units)}");
            value = number * unit.Factor;
            if (integral && value != decimal.Truncate(value))
                return new($"'{Shorten(text)}' is not {kind.Noun}: it is not a whole number of the smallest unit", $"write for instance {kind.Example}");
            return null;
        }

        return WrongUnit(text, number, unitText.ToString(), kind, units);
    }

    /// <summary>The shortest exact text: the largest unit in which the value has at most two decimals.</summary>
    public static string Write(decimal value, IReadOnlyList<Unit> units)
    {
        Unit? best = null;
        foreach (var unit in units)
        {
            if (unit.Hidden || value < unit.Factor || (best is not null && unit.Factor <= best.Factor))
                continue;
            var scaled = value / unit.Factor;
            if (scaled * unit.Factor == value && decimal.Round(scaled, 2) == scaled)
                best = unit;
        }

        return best is null ? Plain(value) + units[0].Text : Plain(value / best.Factor) + best.Text;
    }

    /// <summary>A decimal without trailing zeros.</summary>
    public static string Plain(decimal value) => (value / 1.0000000000000000000000000000m).ToString("0.############################", CultureInfo.InvariantCulture);

    public static QuantityError NotA(string text, QuantityKind kind) =>
        text.Length == 0
            ? new($"nothing is written where {kind.Noun} belongs", $"write for instance {kind.Example}")
            : new($"'{Shorten(text)}' is not {kind.Noun}", $"write for instance {kind.Example}");

    public static QuantityError WrongUnit(string text, decimal number, string unit, QuantityKind kind, IReadOnlyList<Unit> units)
    {
        if (unit.Length == 0)
            return new($"'{Shorten(text)}' has no unit", $"write {kind.Noun}, for instance {kind.Example} ({kind.Units})");
        if (Meant(unit, units) is { } meant)
            return new($"'{Shorten(text)}' is not {kind.Noun}", $"write {Plain(number)}{meant.Text}");
        return new($"'{Shorten(text)}' is not {kind.Noun}: '{Shorten(unit)}' is not one of its units", $"write for instance {kind.Example} ({kind.Units})");
    }

    /// <summary>Cut to a length that fits into a line, with control characters made visible.</summary>
    public static string Shorten(string text)
    {
        var cut = text.Length > 40 ? string.Concat(text.AsSpan(0, 37), "...") : text;
        return cut.AsSpan().ContainsAnyInRange('\0', '\u001f') ? string.Concat(cut.Select(c => c < ' ' ? ' ' : c)) : cut;
    }

    /// <summary>An ECMA pattern for any of the units; none of them has a character that a pattern would take for its own.</summary>
    public static string UnitPattern(IEnumerable<Unit> units) => string.Join('|', units.Select(u => u.Text).OrderByDescending(u => u.Length));

    /// <summary>The unit that a person most likely meant: the same in other letters, or its name spelled out, with a slip or two.</summary>
    private static Unit? Meant(string text, IReadOnlyList<Unit> units)
    {
        Unit? best = null;
        var least = 3;
        foreach (var unit in units)
        {
            if (unit.Hidden || unit.Text.Length == 0)
                continue;
            if (string.Equals(unit.Text, text, StringComparison.OrdinalIgnoreCase))
                return unit;
            foreach (var word in unit.Words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var distance = word == text ? 0 : word.Length > 3 ? EditDistance.Between(word, text.ToLowerInvariant()) : int.MaxValue;
                if (distance < least)
                    (best, least) = (unit, distance);
            }
        }

        return best;
    }
}
