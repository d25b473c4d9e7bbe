namespace Banyan.Routing.Policies;

/// <summary>A country by its two letters (ISO 3166-1), as one number; <c>default</c> where it is not known.</summary>
public readonly record struct CountryCode
{
    private readonly ushort _letters;

    private CountryCode(char first, char second) => _letters = (ushort)((first << 8) | second);

    /// <summary>It says a country.</summary>
    public bool IsKnown => _letters != 0;

    /// <summary>Reads two ASCII letters, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CountryCode country)
    {
        var known = text.Length == 2 && char.IsAsciiLetter(text[0]) && char.IsAsciiLetter(text[1]);
        country = known ? new CountryCode(char.ToUpperInvariant(text[0]), char.ToUpperInvariant(text[1])) : default;
        return known;
    }

    /// <summary>The letters in upper case; empty where it is not known.</summary>
    public override string ToString() => IsKnown ? new string([(char)(_letters >> 8), (char)(_letters & 0xFF)]) : "";
}
