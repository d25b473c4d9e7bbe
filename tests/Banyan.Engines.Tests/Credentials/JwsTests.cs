using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Engines.Credentials.Jose;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Credentials;

public class JwsTests
{
    /// <summary>RFC 7515, appendix A.3: ES256.</summary>
    private const string Rfc7515Key = """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";

    private const string Rfc7515 =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    [Fact]
    public void Parse_TheExampleOfRfc7515_IsSignedByItsKey()
    {
        JwsText.TryParse(Rfc7515, 1000, out var jws, out _, out var problem).ShouldBeTrue(problem);
        jws!.IsSignedBy(Key(Rfc7515Key)).ShouldBeTrue();
        StrictJson.Text(jws.Payload, "iss").ShouldBe("joe");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        jws.IsSignedBy(PublicJwk.Of(other)).ShouldBeFalse();
    }

    [Fact]
    public void Parse_EverySingleCharacterChanged_IsRefusedOrNotSigned()
    {
        var key = Key(Rfc7515Key);
        for (var i = 0; i < Rfc7515.Length; i++)
        {
            var changed = string.Concat(Rfc7515.AsSpan(0, i), Rfc7515[i] == 'A' ? "B" : "A", Rfc7515.AsSpan(i + 1));
            (JwsText.TryParse(changed, 1000, out var jws, out _, out _) && jws!.IsSignedBy(key)).ShouldBeFalse($"at {i}");
        }
    }

    /// <summary>RFC 8037, appendix A.4: Ed25519.</summary>
    [Fact]
    public void Verify_TheExampleOfRfc8037_IsSignedByItsKey()
    {
        var key = Key("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""");
        var data = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"u8.ToArray();
        var signature = Base64UrlText.Decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")!;
        key.Verify(data, signature).ShouldBeTrue();
        data[^1]++;
        key.Verify(data, signature).ShouldBeFalse();
    }

    /// <summary>Project Wycheproof's vectors of JWS with P-256: each is taken or refused as it says.</summary>
    [Fact]
    public void Verify_Wycheproof_IsAsItSays()
    {
        if (SharedVectors.Find("wycheproof/json_web_signature_test.json") is not { } file)
        {
            Assert.Skip("the vectors are not there");
            return;
        }

        using var vectors = JsonDocument.Parse(File.ReadAllBytes(file));
        var looked = 0;
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            if (!group.TryGetProperty("public", out var jwk) || StrictJson.Text(jwk, "crv") != "P-256")
                continue;
            foreach (var test in group.GetProperty("tests").EnumerateArray().Where(static t => t.GetProperty("jws").ValueKind == JsonValueKind.String))
            {
                Holds(test.GetProperty("jws").GetString()!, jwk).ShouldBe(test.GetProperty("result").GetString() == "valid", $"{test.GetProperty("tcId")} {test.GetProperty("comment")}");
                looked++;
            }
        }

        looked.ShouldBeGreaterThan(30);
    }

    [Theory]
    [InlineData("""{"alg":"none"}""", "algorithm")]
    [InlineData("""{"alg":"HS256"}""", "algorithm")]
    [InlineData("""{"alg":"RS256"}""", "algorithm")]
    [InlineData("""{"alg":"es256"}""", "algorithm")]
    [InlineData("""{"typ":"vc+jwt"}""", "algorithm")]
    [InlineData("""{"alg":"ES256","jwk":{"kty":"EC"}}""", "header")]
    [InlineData("""{"alg":"ES256","jku":"https://evil.example"}""", "header")]
    [InlineData("""{"alg":"ES256","x5c":["AAAA"]}""", "header")]
    [InlineData("""{"alg":"ES256","crit":["exp"],"exp":1}""", "header")]
    [InlineData("""{"alg":"ES256","b64":false}""", "header")]
    [InlineData("""{"alg":"ES256","alg":"none"}""", "malformed")]
    [InlineData("[]", "malformed")]
    public void Parse_AHeaderThatIsNotTaken_SaysWhy(string header, string code)
    {
        JwsText.TryParse($"{Base64UrlText.Encode(Encoding.UTF8.GetBytes(header))}.e30.AAAA", 1000, out _, out var found, out _).ShouldBeFalse();
        found.ShouldBe(code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAB")] // stray bits
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAA=")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30 .AAAA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.W10.AAAA")] // a payload that is a list
    [InlineData(null)]
    public void Parse_WhatIsNone_IsMalformed(string? text)
    {
        JwsText.TryParse(text, 1000, out _, out var code, out _).ShouldBeFalse();
        code.ShouldBe("malformed");
    }

    [Fact]
    public void Parse_TooLong_IsMalformed()
    {
        JwsText.TryParse(Rfc7515, Rfc7515.Length - 1, out _, out var code, out _).ShouldBeFalse();
        code.ShouldBe("malformed");
    }

    private static PublicJwk Key(string jwk) => PublicJwk.Read(StrictJson.ReadObject(Encoding.UTF8.GetBytes(jwk))!.Value, out var problem) ?? throw new InvalidOperationException(problem);

    private static bool Holds(string text, JsonElement jwk)
    {
        var parts = text.Split('.');
        return parts.Length == 3 && PublicJwk.Read(jwk, out _) is { } key
            && Base64UrlText.Decode(parts[0]) is { } head && StrictJson.ReadObject(head) is { } header && key.Takes(StrictJson.Text(header, "alg")) && Base64UrlText.Decode(parts[1]) is not null
            && Base64UrlText.Decode(parts[2]) is { } signature && key.Verify(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature);
    }
}
