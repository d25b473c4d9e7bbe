using System.Buffers;

namespace Banyan.Cells.Access.Tokens;

/// <summary>
/// Verifies the platform's own access tokens: <see cref="CompactJws"/> by a key of the directory, with the claims of RFC 9068
/// and the platform's (RFC 7519, 8725). A region's key speaks for that region's subjects alone.
/// Thread-safe.
/// </summary>
/// <param name="directory">The signing keys.</param>
/// <param name="issuer">The only <c>iss</c> that is taken.</param>
/// <param name="audience">One of <c>aud</c> must be it.</param>
internal sealed class TokenVerifier(IAccessDirectory directory, string issuer, string audience) : ITokenVerifier
{
    private readonly PublicKeys _keys = new();

    /// <inheritdoc/>
    public TokenFault Verify(ReadOnlySpan<char> token, out VerifiedToken? verified)
    {
        verified = null;
        if (token.Length > TokenRules.LongestToken)
            return TokenFault.Malformed;
        var buffer = ArrayPool<byte>.Shared.Rent(token.Length);
        try
        {
            var fault = CompactJws.Verify(token, buffer, FindKey, _keys, static h => h.IsAccessToken ? TokenFault.None : TokenFault.Type, out var key, out var length);
            if (fault != TokenFault.None)
                return fault;
            var claims = new TokenClaims();
            return claims.TryRead(buffer.AsSpan(0, length)) ? Accept(claims, key!, out verified) : TokenFault.Claims;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SigningKey? FindKey(string id) => Directory.AccessKeys.IsName(id) ? directory.FindSigningKey(id) : null;

    private TokenFault Accept(TokenClaims claims, SigningKey key, out VerifiedToken? verified)
    {
        verified = null;
        if (claims.Issuer != issuer)
            return TokenFault.Issuer;
        if (!claims.Audience.Contains(audience, StringComparer.Ordinal))
            return TokenFault.Audience;
        if (claims is not { Subject: { } subject, Expires: { } expires, IssuedAt: { } issued, TokenId: not null, Client: { } client, Home: { } home })
            return TokenFault.Claims;
        // A key that was taken from one region must not make anybody of another.
        if (home != key.Region || !subject.StartsWith(home + ".", StringComparison.Ordinal) || subject.Length == home.Length + 1 || !Directory.AccessKeys.IsName(subject) || !Directory.AccessKeys.IsName(client))
            return TokenFault.Claims;
        if (TryKind(claims.Kind) is not { } kind || TryAssurance(claims.Assurance) is not { } assurance || expires - issued > (long)TokenRules.LongestLife.TotalSeconds || expires <= issued)
            return TokenFault.Claims;
        if (claims.Session is null ? kind != CallerKind.Machine : !Directory.AccessKeys.IsName(claims.Session))
            return TokenFault.Claims; // a session that could not be ended
        verified = new VerifiedToken(
            new Caller
            {
                Kind = kind,
                Subject = subject,
                Home = home,
                Roles = claims.Roles,
                Scopes = claims.Scopes,
                Assurance = assurance,
                Verification = claims.Verification,
                Session = claims.Session,
                Client = client,
            },
            key.KeyId,
            Ticks(expires),
            Ticks(Math.Max(issued, claims.NotBefore ?? 0)) - TokenRules.ClocksApart.Ticks);
        return TokenFault.None;
    }

    private static long Ticks(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks;

    private static CallerKind? TryKind(string? kind) => kind switch
    {
        "resident" => CallerKind.Resident,
        "staff" => CallerKind.Staff,
        "machine" => CallerKind.Machine,
        _ => null, // "platform" is said by certificates alone
    };

    private static int? TryAssurance(string? acr) => acr switch
    {
        null or "aal0" => 0,
        "aal1" => 1,
        "aal2" => 2,
        "aal3" => 3,
        _ => null,
    };
}
