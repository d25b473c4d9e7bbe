using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;

namespace Banyan.Bench.Gateway;

/// <summary>Signs the tokens of a run: the platform's own by ES256, and the same claims as HAProxy verifies them.</summary>
internal sealed class BenchToken : IDisposable
{
    private readonly ECDsa _platform = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);

    /// <summary>HAProxy's secret for HS256, without characters that its configuration would need quoted.</summary>
    public string Secret { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public string RsaPublicPem => _rsa.ExportSubjectPublicKeyInfoPem();

    public string EcPublicPem => _platform.ExportSubjectPublicKeyInfoPem();

    /// <summary>As the gateway's role reads it.</summary>
    public string SigningKeyJson
    {
        get
        {
            var q = _platform.ExportParameters(false).Q;
            return JsonSerializer.Serialize(new SigningKey("here-1", "here", Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y), DateTimeOffset.MaxValue));
        }
    }

    /// <summary>A token of the platform, good for 45 minutes.</summary>
    public string Platform(string subject, string role) => Es256("at+jwt", subject, role);

    public string Es256(string type, string subject, string role)
    {
        var input = Input("ES256", type, subject, role);
        return $"{input}.{Base64Url.EncodeToString(_platform.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
    }

    public string Hs256()
    {
        var input = Input("HS256", "JWT", "here.peer", "reader");
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Secret), Encoding.ASCII.GetBytes(input)))}";
    }

    public string Rs256()
    {
        var input = Input("RS256", "JWT", "here.peer", "reader");
        return $"{input}.{Base64Url.EncodeToString(_rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose()
    {
        _platform.Dispose();
        _rsa.Dispose();
    }

    private static string Input(string alg, string type, string subject, string role)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = $$"""{"iss":"{{GatewayRole.Issuer}}","sub":"{{subject}}","aud":"{{GatewayRole.Audience}}","exp":{{now + 2700}},"iat":{{now}},"jti":"{{Guid.NewGuid():n}}","sid":"{{Guid.NewGuid():n}}","client_id":"bench","home":"here","kind":"resident","roles":["{{role}}"],"acr":"aal1","verification":1}""";
        return $"{Encode($$"""{"alg":"{{alg}}","typ":"{{type}}","kid":"here-1"}""")}.{Encode(claims)}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
