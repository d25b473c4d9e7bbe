using System.Buffers;

namespace Banyan.Cells.Access.ApiKeys;

/// <summary>
/// An API key as its holder has it: <c>bk_ID_SECRET</c>. The id has no <c>_</c>; the secret is 256 random bits in base64url.
/// The prefix lets scanners of source code find one that was committed.
/// </summary>
public static class ApiKeyText
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "bk_";

    /// <summary>The longest key that is looked at, in characters.</summary>
    public const int Longest = 256;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.~");
    private static readonly SearchValues<char> SecretCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Writes a key.</summary>
    public static string Write(string id, string secret) => $"{Prefix}{id}_{secret}";

    /// <summary>Takes a key apart; false where it is none.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out ReadOnlySpan<char> id, out ReadOnlySpan<char> secret)
    {
        id = secret = default;
        if (text.Length > Longest || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var rest = text[Prefix.Length..];
        var end = rest.IndexOf('_');
        if (end < 1 || rest[..end].ContainsAnyExcept(IdCharacters) || rest.Length == end + 1 || rest[(end + 1)..].ContainsAnyExcept(SecretCharacters))
            return false;
        id = rest[..end];
        secret = rest[(end + 1)..];
        return true;
    }
}
