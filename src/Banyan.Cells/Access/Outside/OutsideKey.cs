using System.Security.Cryptography;
using System.Text.Json;
using Banyan.Cells.Access.Tokens;

namespace Banyan.Cells.Access.Outside;

/// <summary>A public key of an outside provider (RFC 7517): RSA for RS256, or P-256 for ES256. Its algorithm is what it is, not what a token says. Immutable.</summary>
internal sealed record OutsideKey(string Id, string Algorithm, RSAParameters Rsa, ECPoint Point)
{
    /// <summary>Smaller keys are no longer taken (NIST SP 800-131A).</summary>
    private const int LeastRsaBytes = 2048 / 8;

    private const int MostRsaBytes = 8192 / 8;

    /// <summary>Reads a key; null where it is for another use or algorithm, or malformed.</summary>
    public static OutsideKey? Read(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || Text(jwk, "kid") is not { Length: > 0 and <= TokenRules.LongestName } id || Text(jwk, "use") is not (null or "sig"))
            return null;
        switch (Text(jwk, "kty"))
        {
            case "RSA" when Text(jwk, "alg") is null or "RS256" && Bytes(jwk, "n") is { Length: >= LeastRsaBytes and <= MostRsaBytes } n && Bytes(jwk, "e") is { Length: > 0 and <= 4 } e:
                return new OutsideKey(id, "RS256", new RSAParameters { Modulus = n, Exponent = e }, default);
            case "EC" when Text(jwk, "alg") is null or "ES256" && Text(jwk, "crv") == "P-256" && Bytes(jwk, "x") is { Length: 32 } x && Bytes(jwk, "y") is { Length: 32 } y:
                return new OutsideKey(id, "ES256", default, new ECPoint { X = x, Y = y });
            default:
                return null;
        }
    }

    /// <summary>Whether a signature is this key's.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (Algorithm == "RS256")
            {
                using var rsa = RSA.Create(Rsa);
                return signature.Length == Rsa.Modulus!.Length && rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }

            using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = Point });
            return signature.Length == 64 && ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false; // no point of the curve, or no modulus
        }
    }

    private static string? Text(JsonElement jwk, string name) => jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement jwk, string name)
    {
        if (Text(jwk, name) is not { } text)
            return null;
        var bytes = new byte[text.Length];
        return StrictBase64Url.TryDecode(text, bytes, out var length) ? bytes[..length] : null;
    }
}
