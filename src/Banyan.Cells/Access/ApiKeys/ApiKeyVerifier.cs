using System.Security.Cryptography;
using System.Text;

namespace Banyan.Cells.Access.ApiKeys;

/// <summary>
/// Verifies API keys by the hashes in the directory. A key whose id is not known costs the same work as one with a wrong
/// secret, and hashes are compared in constant time: neither answer nor its time tells which it was. Thread-safe.
/// </summary>
internal sealed class ApiKeyVerifier(IAccessDirectory directory)
{
    private const int MostCallers = 20_000;

    private static readonly byte[] Nobody = new byte[2 * SHA256.HashSizeInBytes];

    private readonly BoundedCache<ApiKeyEntry, Caller> _callers = new(MostCallers, ReferenceEqualityComparer.Instance);

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
        return CryptographicOperations.FixedTimeEquals(written, expected) && known
            ? _callers.GetOrAdd(entry!, static (e, _) => CallerOf(e), 0)
            : null;
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
}
