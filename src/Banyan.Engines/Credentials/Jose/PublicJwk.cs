using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Banyan.Engines.Credentials.Jose;

/// <summary>A public key that signatures of credentials are checked by: a point of P-256 (RFC 7518, section 6.2) or an Ed25519 key (RFC 8037). Immutable; thread-safe.</summary>
/// <param name="Curve"><see cref="P256"/> or <see cref="Ed25519Curve"/>.</param>
/// <param name="X">The point's x, or the key: 32 bytes, base64url.</param>
/// <param name="Y">The point's y, 32 bytes, base64url; null for Ed25519.</param>
public sealed record PublicJwk(string Curve, string X, string? Y)
{
    /// <summary><c>crv</c> of NIST's curve.</summary>
    public const string P256 = "P-256";

    /// <summary><c>crv</c> of Ed25519.</summary>
    public const string Ed25519Curve = "Ed25519";

    private const int Length = 32;

    /// <summary>The one algorithm that its signatures are made by, whatever a header says: <c>ES256</c> or <c>EdDSA</c>.</summary>
    public string Algorithm => Curve == P256 ? JwsText.Es256 : JwsText.EdDsa;

    /// <summary>Reads a key.</summary>
    /// <param name="jwk">The JWK.</param>
    /// <param name="problem">Why it is none that is taken here, in words that go on after "the key".</param>
    public static PublicJwk? Read(JsonElement jwk, out string? problem)
    {
        problem = "is no JWK";
        if (jwk.ValueKind != JsonValueKind.Object)
            return null;
        problem = "holds a private key, which nobody may have seen: make another";
        if (jwk.TryGetProperty("d", out _))
            return null;
        problem = "is neither of P-256 nor of Ed25519";
        var (kind, curve, x) = (StrictJson.Text(jwk, "kty"), StrictJson.Text(jwk, "crv"), StrictJson.Text(jwk, "x"));
        var y = curve == P256 ? StrictJson.Text(jwk, "y") : null;
        if ((kind, curve) is not (("EC", P256) or ("OKP", Ed25519Curve)))
            return null;
        problem = "is not for signatures";
        if ((jwk.TryGetProperty("use", out var use) && StrictJson.TextOf(use) != "sig") || (jwk.TryGetProperty("key_ops", out _) && StrictJson.Texts(jwk, "key_ops")?.Contains("verify") != true))
            return null;
        var key = new PublicJwk(curve!, x ?? "", y);
        problem = "names another algorithm than its curve's";
        if (jwk.TryGetProperty("alg", out var algorithm) && !key.Takes(StrictJson.TextOf(algorithm)))
            return null;
        problem = "is damaged: its coordinates have 32 bytes each, and are a point of the curve";
        if (!key.IsWhole())
            return null;
        problem = null;
        return key;
    }

    /// <summary>The key of a point of P-256.</summary>
    public static PublicJwk Of(ECDsa pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        return new PublicJwk(P256, Base64UrlText.Encode(point.X), Base64UrlText.Encode(point.Y));
    }

    /// <summary>The key of Ed25519.</summary>
    public static PublicJwk Of(ReadOnlySpan<byte> ed25519) => new(Ed25519Curve, Base64UrlText.Encode(ed25519), null);

    /// <summary>Whether a header may call its algorithm so: the JWK's own name, or for Ed25519 that of RFC 9864.</summary>
    public bool Takes(string? algorithm) => algorithm == Algorithm || (Curve == Ed25519Curve && algorithm == JwsText.Ed25519);

    /// <summary>Whether the signature is of the data by this key.</summary>
    /// <exception cref="PlatformNotSupportedException">It is of Ed25519, and libsodium is not on this machine.</exception>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (Base64UrlText.Decode(X) is not { Length: Length } x)
            return false;
        if (Curve == Ed25519Curve)
            return Engines.Signing.Ed25519.Verify(x, data, signature);
        using var key = Point();
        return key is not null && signature.Length == 2 * Length && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Its thumbprint (RFC 7638), SHA-256 in base64url: the same for the same key.</summary>
    public string Thumbprint() => Base64UrlText.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(
        Curve == P256 ? $$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""" : $$"""{"crv":"Ed25519","kty":"OKP","x":"{{X}}"}""")));

    /// <summary>Writes its members into an object that is open.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteString("crv"u8, Curve);
        json.WriteString("kty"u8, Curve == P256 ? "EC"u8 : "OKP"u8);
        json.WriteString("x"u8, X);
        if (Y is not null)
            json.WriteString("y"u8, Y);
    }

    private bool IsWhole()
    {
        if (Base64UrlText.Decode(X) is not { Length: Length })
            return false;
        if (Curve == Ed25519Curve)
            return true;
        using var key = Point();
        return key is not null;
    }

    /// <summary>Null where it is no point of the curve.</summary>
    private ECDsa? Point()
    {
        if (Base64UrlText.Decode(X) is not { Length: Length } x || Base64UrlText.Decode(Y) is not { Length: Length } y)
            return null;
        try
        {
            return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
