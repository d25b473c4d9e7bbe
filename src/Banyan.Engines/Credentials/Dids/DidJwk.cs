using System.Buffers;
using System.Text.Json;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Credentials.Dids;

/// <summary><c>did:jwk</c>: a DID that is its own JWK (did:jwk Method Specification). Pure.</summary>
public static class DidJwk
{
    /// <summary>The method's name.</summary>
    public const string Method = "jwk";

    /// <summary>The name of its one key.</summary>
    public const string Fragment = "0";

    private const string Prefix = "did:jwk:";

    /// <summary>The DID of a key, with its members in the order of their names.</summary>
    public static string Of(PublicJwk key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var buffer = new ArrayBufferWriter<byte>(200);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            key.WriteMembers(json);
            json.WriteEndObject();
        }

        return Prefix + Base64UrlText.Encode(buffer.WrittenSpan);
    }

    /// <summary>The key of a DID.</summary>
    /// <param name="did">The DID.</param>
    /// <param name="problem">Why it has none, in words that go on after the DID.</param>
    public static PublicJwk? KeyOf(string did, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(did);
        problem = "is no did:jwk";
        if (!did.StartsWith(Prefix, StringComparison.Ordinal) || Base64UrlText.Decode(did.AsSpan(Prefix.Length)) is not { } bytes || StrictJson.ReadObject(bytes) is not { } jwk)
            return null;
        var key = PublicJwk.Read(jwk, out var wrong);
        problem = key is null ? $"holds a key that {wrong}" : null;
        return key;
    }
}
