using System.Collections.Frozen;
using Banyan.Cells.Access;
using Banyan.Cells.Access.ApiKeys;
using Banyan.Cells.Access.Outside;
using Banyan.Cells.Access.Tokens;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway.Callers;

/// <summary>
/// Who asks: by a token (<c>Authorization: Bearer</c>, RFC 6750 section 2.1), by an API key (<c>Bearer bk_…</c>,
/// <c>Token bk_…</c> as InfluxDB's clients send it, <c>X-Api-Key</c>), or by the platform's own certificate. Credentials in
/// the query or the body are none. Thread-safe.
/// </summary>
internal sealed class Authenticator(AccessOptions access, TimeProvider time)
{
    private const string ApiKeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private const string Influx = "Token ";

    /// <summary>A cell that asks for itself: nobody, but where something is there for cells.</summary>
    public static readonly Caller OtherCell = new() { Kind = CallerKind.Anonymous, Subject = "" };

    private static readonly Caller Platform = new() { Kind = CallerKind.Platform, Subject = "platform", Assurance = 3 };

    private readonly ITokenVerifier _tokens = access.Outside is { } outside
        ? new OutsideVerifier(outside, access.Jurisdictions.Keys.ToFrozenSet(StringComparer.Ordinal))
        : new TokenVerifier(access.Directory, access.Issuer, access.Audience);
    private readonly TokenCache _cache = new(access.MostTokens);
    private readonly ApiKeyVerifier _keys = new(access.Directory);

    /// <summary>Reads what a request brings, without judging it.</summary>
    public static CredentialKind Find(IHeaderDictionary headers, out string? header, out ReadOnlySpan<char> credential)
    {
        header = null;
        credential = default;
        var authorization = headers.Authorization;
        headers.TryGetValue(ApiKeyHeader, out var apiKey);
        if (authorization.Count == 0 && apiKey.Count == 0)
            return CredentialKind.None;
        if (authorization.Count + apiKey.Count > 1)
            return CredentialKind.Several;
        if (apiKey.Count == 1)
        {
            credential = apiKey[0];
            return CredentialKind.ApiKey;
        }

        header = authorization[0] ?? "";
        var text = header.AsSpan();
        if (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            credential = text[Bearer.Length..].Trim(' ');
            return credential.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal) ? CredentialKind.ApiKey : CredentialKind.Token;
        }

        if (text.StartsWith(Influx, StringComparison.OrdinalIgnoreCase))
        {
            credential = text[Influx.Length..].Trim(' ');
            return CredentialKind.ApiKey;
        }

        return CredentialKind.Unknown;
    }

    /// <summary>Who asks without a credential.</summary>
    public static Caller WithoutCredential(HttpContext context, Peer peer) => peer switch
    {
        Peer.Process => Platform,
        Peer.Cell when !ClientAddress.IsForwarded(context.Request.Headers) => OtherCell,
        Peer.FrontDoor when !ClientAddress.IsForwarded(context.Request.Headers) => Platform,
        _ => Caller.Anonymous,
    };

    /// <summary>The token's caller, where it was verified before; the way of nearly every request.</summary>
    /// <returns>Whether it is known, good or no longer.</returns>
    public bool TryRemembered(ConnectionMemo memo, string header, ReadOnlySpan<char> token, out Caller? caller, out TokenFault fault, out TokenCache.Digest digest)
    {
        (caller, fault, digest) = (null, TokenFault.None, default);
        VerifiedToken? verified;
        var last = memo.Last;
        if (last is not null && ReferenceEquals(last.Header, header))
        {
            verified = last.Token;
        }
        else
        {
            if (!TokenCache.TryDigest(token, out digest) || _cache.Find(digest) is not { } found)
                return false;
            verified = found;
            memo.Last = new ConnectionMemo.Seen(header, verified);
        }

        fault = verified.Check(access.Directory, time.GetUtcNow().UtcTicks);
        if (fault == TokenFault.None)
            caller = verified.Caller;
        else
            memo.Last = null;
        return true;
    }

    /// <summary>Verifies a token that was not seen before.</summary>
    public Caller? Verify(ReadOnlySpan<char> token, in TokenCache.Digest digest, out TokenFault fault)
    {
        fault = _tokens.Verify(token, out var verified);
        if (verified is null)
            return null;
        fault = verified.Check(access.Directory, time.GetUtcNow().UtcTicks);
        if (fault != TokenFault.None)
            return null;
        _cache.Keep(digest, verified);
        return verified.Caller;
    }

    /// <summary>When a token ends that was found good a moment ago.</summary>
    public DateTimeOffset ExpiryOf(in TokenCache.Digest digest) => _cache.Find(digest) is { } token ? new DateTimeOffset(token.Expires, TimeSpan.Zero) : default;

    /// <summary>The caller of an API key that was good before, and still is; null where that is not so.</summary>
    public Caller? RememberedKey(ReadOnlySpan<char> key) => _keys.Remembered(key);

    /// <summary>The caller whose API key it is; null where it is nobody's.</summary>
    public Caller? VerifyKey(ReadOnlySpan<char> key) => _keys.Verify(key);
}

/// <summary>What a request brings.</summary>
internal enum CredentialKind
{
    None,
    Token,
    ApiKey,

    /// <summary>A scheme that is not taken here.</summary>
    Unknown,

    /// <summary>More than one (RFC 6750 section 2: MUST NOT).</summary>
    Several,
}
