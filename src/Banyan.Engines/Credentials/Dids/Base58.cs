using System.Numerics;

namespace Banyan.Engines.Credentials.Dids;

/// <summary>base58btc, as multibase's <c>z</c> (the Multiformats draft, appendix D). For keys: its work grows with the square of the length. Pure.</summary>
public static class Base58
{
    /// <summary>The longest text that is taken, in characters.</summary>
    public const int Longest = 200;

    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The text of bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var zeros = bytes.Length - bytes.TrimStart((byte)0).Length;
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var digits = new List<char>();
        while (!number.IsZero)
        {
            number = BigInteger.DivRem(number, Alphabet.Length, out var digit);
            digits.Add(Alphabet[(int)digit]);
        }

        digits.AddRange(Enumerable.Repeat(Alphabet[0], zeros));
        digits.Reverse();
        return new string([.. digits]);
    }

    /// <summary>The bytes of a text; null where it is none, or too long.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Longest)
            return null;
        var number = BigInteger.Zero;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return null;
            number = (number * Alphabet.Length) + digit;
        }

        var zeros = text.Length - text.TrimStart(Alphabet[0]).Length;
        return [.. new byte[zeros], .. number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true)];
    }
}
