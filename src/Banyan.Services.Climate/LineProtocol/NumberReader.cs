using System.Globalization;

namespace Banyan.Services.Climate.LineProtocol;

/// <summary>Numbers of field values and timestamps.</summary>
internal static class NumberReader
{
    /// <summary>Digits that fit 64 bits whatever they are.</summary>
    private const int SafeDigits = 18;

    /// <summary>Doubles that are powers of ten exactly; a quotient of two exact doubles is rounded once, so it is the nearest (Clinger 1990).</summary>
    private static readonly double[] PowersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads a number that begins with a digit, a minus or a dot, up to what ends a value.</summary>
    /// <param name="text">The text from the number's first byte.</param>
    /// <param name="length">How long the number is.</param>
    /// <param name="kind">Which kind it is, by its suffix.</param>
    /// <param name="bits">The value, a double as its bits.</param>
    public static LineErrorKind Read(ReadOnlySpan<byte> text, out int length, out FieldKind kind, out long bits)
    {
        var i = text[0] == '-' ? 1 : 0;
        var first = i;
        var value = 0L;
        uint digit;
        while (i < text.Length && (digit = (uint)(text[i] - '0')) <= 9)
        {
            value = unchecked((value * 10) + digit);
            i++;
        }

        var digits = i - first;
        if (digits is > 0 and <= SafeDigits && i < text.Length)
        {
            var c = text[i];
            if (c == 'i' && Ends(text, i + 1))
            {
                length = i + 1;
                kind = FieldKind.Integer;
                bits = first == 0 ? value : -value;
                return LineErrorKind.None;
            }

            var places = 0;
            if (c == '.')
            {
                i++;
                while (i < text.Length && (digit = (uint)(text[i] - '0')) <= 9)
                {
                    value = unchecked((value * 10) + digit);
                    i++;
                    places++;
                }
            }

            if (digits + places <= SafeDigits && value <= 1L << 53 && Ends(text, i))
            {
                length = i;
                kind = FieldKind.Float;
                var number = value / PowersOfTen[places];
                bits = BitConverter.DoubleToInt64Bits(first == 0 ? number : -number);
                return LineErrorKind.None;
            }
        }

        return ReadSlowly(text, out length, out kind, out bits);
    }

    /// <summary>Reads a whole text as a signed integer.</summary>
    public static LineErrorKind ReadInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var negative = !text.IsEmpty && text[0] == '-';
        var digits = negative ? text[1..] : text;
        var error = ReadUnsigned(digits, out var magnitude);
        if (error != LineErrorKind.None)
            return error == LineErrorKind.ValueOutOfRange ? error : LineErrorKind.InvalidInteger;
        if (magnitude > (ulong)long.MaxValue + (negative ? 1UL : 0UL))
            return LineErrorKind.ValueOutOfRange;
        value = negative ? unchecked(-(long)magnitude) : (long)magnitude;
        return LineErrorKind.None;
    }

    private static bool Ends(ReadOnlySpan<byte> text, int at) =>
        at >= text.Length || (LineCharacters.Table[text[at]] & LineCharacters.EndsValue) != 0;

    private static LineErrorKind ReadSlowly(ReadOnlySpan<byte> text, out int length, out FieldKind kind, out long bits)
    {
        length = 0;
        while (!Ends(text, length))
            length++;
        var word = text[..length];
        bits = 0;
        switch (word[^1])
        {
            case (byte)'i':
                kind = FieldKind.Integer;
                return ReadInteger(word[..^1], out bits);
            case (byte)'u':
                kind = FieldKind.Unsigned;
                var error = ReadUnsigned(word[..^1], out var magnitude);
                bits = unchecked((long)magnitude);
                return error;
            default:
                kind = FieldKind.Float;
                return ReadFloat(word, out bits);
        }
    }

    private static LineErrorKind ReadUnsigned(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.IsEmpty)
            return LineErrorKind.InvalidUnsigned;
        var overflow = false;
        foreach (var c in text)
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
                return LineErrorKind.InvalidUnsigned;
            overflow |= value > (ulong.MaxValue - digit) / 10;
            value = unchecked((value * 10) + digit);
        }

        return overflow ? LineErrorKind.ValueOutOfRange : LineErrorKind.None;
    }

    private static LineErrorKind ReadFloat(ReadOnlySpan<byte> text, out long bits)
    {
        bits = 0;
        if (!IsFloat(text) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return LineErrorKind.InvalidFloat;
        if (!double.IsFinite(value))
            return LineErrorKind.ValueOutOfRange;
        bits = BitConverter.DoubleToInt64Bits(value);
        return LineErrorKind.None;
    }

    /// <summary>The grammar's <c>floatfield</c>: <c>-1</c>, <c>1.</c>, <c>.5</c>, <c>1.5e-3</c>; neither hexadecimal nor <c>inf</c>.</summary>
    private static bool IsFloat(ReadOnlySpan<byte> text)
    {
        var i = text[0] == '-' ? 1 : 0;
        var digits = Digits(text, ref i);
        if (i < text.Length && text[i] == '.')
        {
            i++;
            digits += Digits(text, ref i);
        }

        if (digits == 0)
            return false;
        if (i < text.Length && text[i] is (byte)'e' or (byte)'E')
        {
            i++;
            if (i < text.Length && text[i] is (byte)'+' or (byte)'-')
                i++;
            if (Digits(text, ref i) == 0)
                return false;
        }

        return i == text.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text, ref int i)
    {
        var start = i;
        while (i < text.Length && (uint)(text[i] - '0') <= 9)
            i++;
        return i - start;
    }
}
