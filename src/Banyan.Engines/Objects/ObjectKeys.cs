using System.Buffers;

namespace Banyan.Engines.Objects;

/// <summary>What keys of objects look like. Pure.</summary>
internal static class ObjectKeys
{
    private const int Longest = 512;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/");

    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.Length > Longest || key.AsSpan().ContainsAnyExcept(Allowed) || key.Split('/').Any(static part => part.Length == 0 || part[0] == '.'))
            throw new ArgumentException($"'{key}' is no object's key: 1 to {Longest} letters, digits, dots, hyphens, underscores and slashes between names.", nameof(key));
    }

    /// <exception cref="ArgumentException">It is none.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        if (prefix[^1] != '/')
            throw new ArgumentException($"'{prefix}' must end in a slash.", nameof(prefix));
        Check(prefix[..^1]);
    }
}
