using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Access.Tokens;

namespace Banyan.Cells.Access.ApiKeys;

/// <summary>
/// Verifies API keys by the hashes in the directory. A key whose id is not known costs the same work as one with a wrong
/// secret, and hashes are compared in constant time: neither answer nor its time tells which it was. Thread-safe.
/// </summary>
internal sealed class ApiKeyVerifier(IAccessDirectory directory)
{
    private const int MostCallers = 20_000;

    private static readonly byte[] Nobody = new byte[2 * SHA256.HashSizeInBytes];

    private readonly BoundedCache<TokenCache.Digest, Known> _known = new(MostCallers);

    /// <summary>The caller of a key that was good before, and is still what the directory has; null where that is not so.</summary>
    public Caller? Remembered(ReadOnlySpan<char> text) =>
        text.Length <= ApiKeyText.Longest && TokenCache.TryDigest(text, out var digest) && _known.TryGet(digest, out var known) && ReferenceEquals(directory.FindApiKey(known.Entry.Id), known.Entry)
            ? known.Caller
            : null;

    /// <summary>The caller whose key it is; null where it is nobody's.</summary>
    public Caller? Verify(ReadOnlySpan<char> text)
    {
        if (!ApiKeyText.TryRead(text, out var id, out var secret))
            return null;
        var entry = directory.FindApiKey(id.ToString());
        Span<byte> given = stackalloc byte[ApiKeyText.Longest];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(given[..Encoding.ASCII.GetBytes(secret, given)], hash);
        Span<byte> written = stackalloc byte[2 * SHA256.HashSizeInBytes];
        Convert.TryToHexStringLower(hash, written, out _);
        Span<byte> expected = stackalloc byte[2 * SHA256.HashSizeInBytes];
        var known = entry is { SecretHash.Length: 2 * SHA256.HashSizeInBytes } && Encoding.ASCII.GetBytes(entry.SecretHash, expected) == expected.Length;
        if (!known)
            Nobody.CopyTo(expected);
        if (!CryptographicOperations.FixedTimeEquals(written, expected) || !known || !TokenCache.TryDigest(text, out var digest))
            return null;
        var found = new Known(entry!, CallerOf(entry!));
        _known.Set(digest, found);
        return found.Caller;
    }

    private static Caller CallerOf(ApiKeyEntry entry) => new()
    {
        Kind = CallerKind.Machine,
        Subject = entry.Subject,
        Home = entry.Home,
        Roles = entry.Roles,
        Scopes = entry.Scopes,
        Assurance = 1,
        Client = entry.Id,
    };

    private sealed record Known(ApiKeyEntry Entry, Caller Caller);
}
