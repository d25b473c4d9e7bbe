using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Services.Identity.Tokens;

/// <summary>
/// Random texts that stand for something: codes, refresh tokens, cookies, ids. They begin with the partition that made
/// them, so that every region knows whom to ask; what is stored is their hash.
/// </summary>
internal static class OpaqueToken
{
    private const int MostLength = 200;

    /// <summary>A secret of 256 random bits: <c>region.43 characters</c>.</summary>
    public static string Create(string partition) => $"{partition}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";

    /// <summary>A name of 128 random bits, never given twice: <c>region.22 characters</c>.</summary>
    public static string CreateId(string partition) => $"{partition}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";

    /// <summary>What is stored of a secret; it has 256 random bits, so a slow hash would add nothing.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The partition that made it; null where the text is none of ours.</summary>
    public static string? PartitionOf(string? token)
    {
        if (token is null || token.Length > MostLength || token.LastIndexOf('.') is not (> 0 and var dot))
            return null;
        return token.AsSpan(dot + 1).ContainsAnyExcept(Base64UrlCharacters) ? null : token[..dot];
    }

    private static readonly System.Buffers.SearchValues<char> Base64UrlCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
