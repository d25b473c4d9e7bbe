using System.Globalization;

namespace Banyan.Engines.Postgres;

/// <summary>Positions in the write-ahead log as PostgreSQL writes them, <c>0/3000060</c>, and as a number of bytes.</summary>
public static class WalPosition
{
    /// <summary>As PostgreSQL writes it.</summary>
    public static string Format(long position) => string.Create(CultureInfo.InvariantCulture, $"{(ulong)position >> 32:X}/{(uint)position:X}");

    /// <summary>Null where it is none.</summary>
    public static long? Parse(string text)
    {
        var slash = text.IndexOf('/');
        return slash > 0
            && uint.TryParse(text.AsSpan(0, slash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            && uint.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            ? ((long)high << 32) | low : null;
    }
}
