using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>Proof key for code exchange (RFC 7636), S256 only: with "plain" whoever sees the request has the proof. Pure.</summary>
internal static class Pkce
{
    /// <summary>Whether a challenge can be a SHA-256.</summary>
    public static bool IsChallenge(string? text) => text is { Length: 43 } && Base64Url.IsValid(text);

    /// <summary>Whether the verifier (section 4.1: 43 to 128 unreserved characters) is the one of the challenge.</summary>
    public static bool Verify(string challenge, string? verifier) =>
        verifier is { Length: >= 43 and <= 128 } && verifier.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(challenge), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))));
}
