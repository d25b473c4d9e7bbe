using System.Globalization;
using System.Runtime.InteropServices;

namespace Banyan.Engines.Postgres;

/// <summary>A PostgreSQL version. Folders of one major version work with all its minor versions.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PostgresVersion(int Major, int Minor) : IComparable<PostgresVersion>
{
    /// <summary>Reads <c>postgres (PostgreSQL) 15.18 (Debian …)</c>, <c>15.18</c> or <c>18beta1</c>.</summary>
    public static PostgresVersion? Parse(string? text)
    {
        foreach (var word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Leading(word) is not { } major)
                continue;
            var dot = word.IndexOf('.');
            return new PostgresVersion(major, dot > 0 ? Leading(word.AsSpan(dot + 1)) ?? 0 : 0);
        }

        return null;
    }

    /// <inheritdoc/>
    public int CompareTo(PostgresVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}";

    public static bool operator <(PostgresVersion left, PostgresVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(PostgresVersion left, PostgresVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(PostgresVersion left, PostgresVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PostgresVersion left, PostgresVersion right) => left.CompareTo(right) >= 0;

    private static int? Leading(ReadOnlySpan<char> word)
    {
        var end = word.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? word : word[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
