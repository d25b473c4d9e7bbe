using System.Text;

namespace Banyan.Cells.Access.Tokens;

/// <summary>
/// JWS in compact form (RFC 7515 section 7.1) by ES256 (RFC 7518 section 3.4). The algorithm is the key's, never the header's
/// choice; nothing in the header leads to a key but <c>kid</c>, which is looked up by name only.
/// </summary>
internal static class CompactJws
{
    /// <summary>Verifies a token's signature.</summary>
    /// <param name="token">The token; at most as long as <paramref name="buffer"/>.</param>
    /// <param name="buffer">Where it is worked on; the payload is at its beginning afterwards.</param>
    /// <param name="find">The key of an id; null where there is none.</param>
    /// <param name="keys">Keys ready for use.</param>
    /// <param name="accepts">What else is asked of the header.</param>
    /// <param name="key">The key whose signature it is.</param>
    /// <param name="length">Bytes of the payload.</param>
    public static TokenFault Verify(ReadOnlySpan<char> token, byte[] buffer, Func<string, SigningKey?> find, PublicKeys keys, Func<TokenHeader, TokenFault> accepts, out SigningKey? key, out int length)
    {
        (key, length) = (null, 0);
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first < 1 || last == first || token[(first + 1)..last].Contains('.') || !StrictBase64Url.TryDecode(token[..first], buffer, out var read))
            return TokenFault.Malformed;
        var fault = TokenHeader.Read(buffer.AsSpan(0, read), out var header);
        if (fault != TokenFault.None)
            return fault;
        if (header.Algorithm != "ES256")
            return TokenFault.Algorithm;
        if (accepts(header) is var refused and not TokenFault.None)
            return refused;
        if (header.KeyId is not { } id || find(id) is not { } found)
            return TokenFault.UnknownKey;
        Span<byte> signature = stackalloc byte[64];
        if (!StrictBase64Url.TryDecode(token[(last + 1)..], signature, out read) || read != signature.Length)
            return TokenFault.Signature;
        // base64url and dots are ASCII: else the decoding of a part has failed, or fails below.
        if (!keys.Verify(found, buffer.AsSpan(0, Encoding.ASCII.GetBytes(token[..last], buffer)), signature))
            return TokenFault.Signature;
        if (!StrictBase64Url.TryDecode(token[(first + 1)..last], buffer, out length))
            return TokenFault.Malformed;
        key = found;
        return TokenFault.None;
    }
}
