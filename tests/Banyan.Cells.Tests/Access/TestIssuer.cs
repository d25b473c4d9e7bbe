using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;

namespace Banyan.Cells.Tests.Access;

/// <summary>Signs tokens as a region's identity service does, and as no honest one would.</summary>
internal sealed class TestIssuer : IDisposable
{
    public const string Issuer = "https://id.test.example";
    public const string Audience = "test";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestIssuer(string region = "north", string? keyId = null)
    {
        Region = region;
        KeyId = keyId ?? $"{region}-1";
    }

    public string Region { get; }

    public string KeyId { get; }

    public SigningKey Public
    {
        get
        {
            var q = _key.ExportParameters(includePrivateParameters: false).Q;
            return new SigningKey(KeyId, Region, Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y), DateTimeOffset.MaxValue);
        }
    }

    /// <summary>The public key as an attacker would use it for a secret: SubjectPublicKeyInfo in PEM.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    public string Header => $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{KeyId}}"}""";

    /// <summary>Claims of a good token; what is given replaces, and null removes.</summary>
    public string Claims(params (string Name, object? Value)[] changes)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer,
            ["sub"] = $"{Region}.resident0000000000001",
            ["aud"] = Audience,
            ["exp"] = now + 300,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString("n"),
            ["sid"] = Guid.NewGuid().ToString("n"),
            ["client_id"] = "portal",
            ["home"] = Region,
            ["kind"] = "resident",
            ["roles"] = Array.Empty<string>(),
            ["acr"] = "aal1",
            ["verification"] = 1,
        };
        foreach (var (name, value) in changes)
        {
            if (value is null)
                claims.Remove(name);
            else
                claims[name] = value;
        }

        return JsonSerializer.Serialize(claims);
    }

    /// <summary>A token with a good signature over whatever this is.</summary>
    public string Sign(string claims, string? header = null)
    {
        var input = $"{Encode(header ?? Header)}.{Encode(claims)}";
        return $"{input}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
    }

    public string Token(params (string Name, object? Value)[] changes) => Sign(Claims(changes));

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public void Dispose() => _key.Dispose();
}
