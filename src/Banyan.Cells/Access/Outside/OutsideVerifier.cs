using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Access.Tokens;

namespace Banyan.Cells.Access.Outside;

/// <summary>
/// Verifies the tokens of an outside provider: RS256 or ES256 by the key's own kind, issuer, audience and time strictly, home
/// and roles by the claims that the blueprint names. Its subjects are called <c>HOME.sub</c> here. Thread-safe.
/// </summary>
/// <param name="issuer">Its keys.</param>
/// <param name="regions">The platform's regions: no other is anybody's home.</param>
internal sealed class OutsideVerifier(OutsideIssuer issuer, FrozenSet<string> regions) : ITokenVerifier
{
    private readonly ClaimMeaning _meaning = new(issuer.Provider);

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public TokenFault Verify(ReadOnlySpan<char> token, out VerifiedToken? verified)
    {
        verified = null;
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (token.Length > TokenRules.LongestToken || first < 1 || last == first || token[(first + 1)..last].Contains('.'))
            return TokenFault.Malformed;
        var buffer = new byte[token.Length];
        if (!StrictBase64Url.TryDecode(token[..first], buffer, out var length))
            return TokenFault.Malformed;
        if (TryReadHeader(buffer.AsMemory(0, length), out var key) is var fault and not TokenFault.None)
            return fault;
        var signature = new byte[token.Length - last];
        if (!StrictBase64Url.TryDecode(token[(last + 1)..], signature, out length) || !key!.Verify(Encoding.ASCII.GetBytes(token[..last].ToString()), signature.AsSpan(0, length)))
            return TokenFault.Signature;
        if (!StrictBase64Url.TryDecode(token[(first + 1)..last], buffer, out length))
            return TokenFault.Malformed;
        try
        {
            using var claims = JsonDocument.Parse(buffer.AsMemory(0, length), Strict);
            return claims.RootElement.ValueKind == JsonValueKind.Object ? Accept(claims.RootElement, key.Id, out verified) : TokenFault.Claims;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return TokenFault.Claims;
        }
    }

    private TokenFault TryReadHeader(ReadOnlyMemory<byte> json, out OutsideKey? key)
    {
        key = null;
        try
        {
            using var header = JsonDocument.Parse(json, Strict);
            var root = header.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.TryGetProperty("crit", out _) || root.TryGetProperty("b64", out _))
                return TokenFault.Header;
            if (Text(root, "typ") is { } type && !type.Equals("JWT", StringComparison.OrdinalIgnoreCase) && !type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase) && !type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase))
                return TokenFault.Type;
            if (Text(root, "kid") is not { } id || issuer.Find(id) is not { } found)
                return TokenFault.UnknownKey;
            if (Text(root, "alg") != found.Algorithm)
                return TokenFault.Algorithm;
            key = found;
            return TokenFault.None;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return TokenFault.Malformed;
        }
    }

    private TokenFault Accept(JsonElement claims, string key, out VerifiedToken? verified)
    {
        verified = null;
        var provider = issuer.Provider;
        if (Text(claims, "iss") != provider.Issuer)
            return TokenFault.Issuer;
        if (!Texts(claims, "aud").Contains(provider.Audience, StringComparer.Ordinal))
            return TokenFault.Audience;
        if (Text(claims, "sub") is not { } sub || Time(claims, "exp") is not { } expires || _meaning.Home(Find(claims, provider.HomeClaim)) is not { } home || !regions.Contains(home))
            return TokenFault.Claims;
        var subject = $"{home}.{sub}";
        var session = Text(claims, "sid");
        if (!Directory.AccessKeys.IsName(subject) || (session is not null && !Directory.AccessKeys.IsName(session)))
            return TokenFault.Claims;
        var roles = _meaning.Roles(Texts(Find(claims, provider.RolesClaim)));
        var scopes = (Text(claims, "scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (roles.Length > TokenRules.MostRoles || scopes.Length > TokenRules.MostRoles)
            return TokenFault.Claims;
        if (_meaning.Kind(provider.KindClaim is null ? default : Find(claims, provider.KindClaim), roles) is not { } kind)
            return TokenFault.Claims;
        var from = Math.Max(Time(claims, "nbf") ?? 0, Time(claims, "iat") ?? 0);
        verified = new VerifiedToken(
            new Caller
            {
                Kind = kind,
                Subject = subject,
                Home = home,
                Roles = roles,
                Scopes = [.. scopes],
                Assurance = _meaning.Assurance(Text(claims, "acr")),
                Verification = provider.VerificationClaim is null ? 0 : ClaimMeaning.Verification(Find(claims, provider.VerificationClaim)),
                Session = session,
                Client = (Text(claims, "azp") ?? Text(claims, "client_id")) is { } client && Directory.AccessKeys.IsName(client) ? client : null,
            },
            key,
            DateTimeOffset.FromUnixTimeSeconds(expires).UtcTicks,
            DateTimeOffset.FromUnixTimeSeconds(from).UtcTicks - TokenRules.ClocksApart.Ticks) { Outside = issuer };
        return TokenFault.None;
    }

    /// <summary>A claim by its name, or by the names on the way to it: <c>realm_access.roles</c>.</summary>
    private static JsonElement Find(JsonElement claims, string path)
    {
        if (claims.TryGetProperty(path, out var direct))
            return direct;
        foreach (var name in path.Split('.'))
        {
            if (claims.ValueKind != JsonValueKind.Object || !claims.TryGetProperty(name, out claims))
                return default;
        }

        return claims;
    }

    private static string? Text(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ImmutableArray<string> Texts(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) ? Texts(value) : [];

    private static ImmutableArray<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => [.. value.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!)],
        _ => [],
    };

    private static long? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= 253_402_300_799 ? (long)seconds : null;
}
