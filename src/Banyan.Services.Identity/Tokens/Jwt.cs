using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Cells.Access;

namespace Banyan.Services.Identity.Tokens;

/// <summary>Writes and reads this platform's own tokens: JWS compact serialization (RFC 7515), ES256, nothing else.</summary>
internal static class Jwt
{
    private const int MostLength = 8 * 1024;

    /// <summary>Tokens are no part of a page: <c>at+jwt</c> is written as it is.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A token of the claims that <paramref name="write"/> writes.</summary>
    public static string Write(OwnKey key, string type, Action<Utf8JsonWriter> write)
    {
        var header = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(header, Plain))
        {
            json.WriteStartObject();
            json.WriteString("alg"u8, "ES256"u8);
            json.WriteString("kid"u8, key.Id);
            json.WriteString("typ"u8, type);
            json.WriteEndObject();
        }

        var claims = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(claims, Plain))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var signed = $"{Base64Url.EncodeToString(header.WrittenSpan)}.{Base64Url.EncodeToString(claims.WrittenSpan)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The claims of a token that a key of this platform signed; null for anything else. Says nothing of issuer, audience and time.</summary>
    public static JsonElement? Read(string? token, string type, IAccessDirectory directory)
    {
        if (token is null || token.Length > MostLength || token.Split('.') is not [var header, var claims, var signature])
            return null;
        try
        {
            using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
            if (Text(head.RootElement, "alg") != "ES256" || Text(head.RootElement, "typ") != type || Text(head.RootElement, "kid") is not { } kid || directory.FindSigningKey(kid) is not { } key)
                return null;
            using var verifier = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64Url.DecodeFromChars(key.X), Y = Base64Url.DecodeFromChars(key.Y) } });
            if (!verifier.VerifyData(Encoding.ASCII.GetBytes($"{header}.{claims}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
                return null;
            using var body = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            return body.RootElement.ValueKind == JsonValueKind.Object ? body.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A member that is a text; null where it is none.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member that is a moment (NumericDate); null where it is none.</summary>
    public static DateTimeOffset? Moment(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
