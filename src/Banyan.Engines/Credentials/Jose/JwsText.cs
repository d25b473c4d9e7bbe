using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Banyan.Engines.Credentials.Jose;

/// <summary>
/// A JWS in compact form (RFC 7515, section 7.1), taken apart and not yet believed. Its header leads to a key by <c>kid</c> only:
/// one that brings a key along, or asks for something that is not understood, is refused. Immutable.
/// </summary>
public sealed class JwsText
{
    /// <summary>ECDSA with P-256 and SHA-256.</summary>
    public const string Es256 = "ES256";

    /// <summary>Ed25519, as RFC 8037 names it.</summary>
    public const string EdDsa = "EdDSA";

    /// <summary>Ed25519, as RFC 9864 names it.</summary>
    public const string Ed25519 = "Ed25519";

    /// <summary>What is no part of a page is written as it is.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Members by which a header would choose the key itself, or change what is signed.</summary>
    private static readonly string[] Refused = ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip"];

    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private JwsText(string algorithm, string? type, string? keyId, string? issuer, JsonElement payload, byte[] signed, byte[] signature) =>
        (Algorithm, Type, KeyId, Issuer, Payload, _signed, _signature) = (algorithm, type, keyId, issuer, payload, signed, signature);

    /// <summary><c>alg</c>: one of the three that are taken.</summary>
    public string Algorithm { get; }

    /// <summary><c>typ</c>, lower case, without <c>application/</c>; null where there is none.</summary>
    public string? Type { get; }

    /// <summary><c>kid</c>; null where there is none.</summary>
    public string? KeyId { get; }

    /// <summary><c>iss</c> of the header; null where there is none.</summary>
    public string? Issuer { get; }

    /// <summary>The payload, an object. Nobody's word until <see cref="IsSignedBy"/>.</summary>
    public JsonElement Payload { get; }

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The most characters.</param>
    /// <param name="jws">What it holds.</param>
    /// <param name="code">Which of <c>malformed</c>, <c>algorithm</c>, <c>header</c> is wrong.</param>
    /// <param name="problem">What is wrong, in words that go on after "it".</param>
    public static bool TryParse(string? text, int longest, out JwsText? jws, out string code, out string problem)
    {
        (jws, code, problem) = (null, "malformed", $"is longer than {longest} characters");
        if (text is null || text.Length > longest)
            return false;
        problem = "is no JWS: it has not three parts of base64url, of which the first two are JSON objects";
        var parts = text.Split('.', 4);
        if (parts.Length != 3 || Base64UrlText.Decode(parts[0]) is not { } head || Base64UrlText.Decode(parts[1]) is not { } body || Base64UrlText.Decode(parts[2]) is not { } signature)
            return false;
        if (StrictJson.ReadObject(head) is not { } header || StrictJson.ReadObject(body) is not { } payload)
            return false;
        (code, problem) = ("algorithm", $"is signed by no algorithm that is taken ({Es256}, {EdDsa})");
        var algorithm = StrictJson.Text(header, "alg");
        if (algorithm is not (Es256 or EdDsa or Ed25519))
            return false;
        if (Array.Find(Refused, name => header.TryGetProperty(name, out _)) is { } member)
        {
            (code, problem) = ("header", $"has '{member}' in its header, which is not taken: keys are found by kid alone");
            return false;
        }

        var type = StrictJson.Text(header, "typ")?.ToLowerInvariant();
        if (type?.StartsWith("application/", StringComparison.Ordinal) == true)
            type = type["application/".Length..];
        jws = new JwsText(algorithm, type, StrictJson.Text(header, "kid"), StrictJson.Text(header, "iss"), payload, Encoding.ASCII.GetBytes(text, 0, parts[0].Length + 1 + parts[1].Length), signature);
        (code, problem) = ("", "");
        return true;
    }

    /// <summary>Whether it was signed by this key, by the key's own algorithm.</summary>
    /// <exception cref="PlatformNotSupportedException">The key is of Ed25519, and libsodium is not on this machine.</exception>
    public bool IsSignedBy(PublicJwk key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Takes(Algorithm) && key.Verify(_signed, _signature);
    }

    /// <summary>Signs.</summary>
    /// <param name="algorithm">The key's algorithm.</param>
    /// <param name="type">What it is, such as <c>vc+jwt</c>.</param>
    /// <param name="keyId">Where its key is found: a DID URL.</param>
    /// <param name="payload">The members of the payload.</param>
    /// <param name="sign">The signature of bytes; of ES256 r and s, 32 bytes each.</param>
    public static string Write(string algorithm, string type, string keyId, Action<Utf8JsonWriter> payload, Func<byte[], byte[]> sign)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(sign);
        var header = Bytes(json =>
        {
            json.WriteString("alg"u8, algorithm);
            json.WriteString("kid"u8, keyId);
            json.WriteString("typ"u8, type);
        });
        var signed = $"{Base64UrlText.Encode(header)}.{Base64UrlText.Encode(Bytes(payload))}";
        return $"{signed}.{Base64UrlText.Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
