using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Tokens;
using Banyan.Testing;

namespace Banyan.Cells.Tests.Access;

/// <summary>Public vectors: Wycheproof's attacks on JWS, and RFC 7520's examples. Every vector of every algorithm is shown to the verifier.</summary>
public class SignatureVectorTests
{
    [Fact]
    public void Verify_Wycheproof_AsItSays()
    {
        if (SharedVectors.Find("wycheproof/json_web_signature_test.json") is not { } file)
        {
            Assert.Skip("The shared vectors are not here.");
            return;
        }

        using var vectors = JsonDocument.Parse(File.ReadAllText(file));
        var (taken, refused) = (0, 0);
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var jwk = group.TryGetProperty("public", out var pub) ? pub : group.GetProperty("private");
            var key = KeyOf(jwk);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var text = test.GetProperty("jws");
                var jws = text.ValueKind == JsonValueKind.String ? text.GetString()! : text.GetRawText();
                var valid = test.GetProperty("result").GetString() == "valid" && key is not null;
                Verify(jws, key).ShouldBe(valid, $"{test.GetProperty("tcId")}: {test.GetProperty("comment")}");
                (taken, refused) = valid ? (taken + 1, refused) : (taken, refused + 1);
            }
        }

        taken.ShouldBe(2);
        refused.ShouldBeGreaterThan(300);
    }

    [Fact]
    public void Verify_CookbookOtherAlgorithms_Refuses()
    {
        if (SharedVectors.Find("jose-cookbook/jws") is not { } folder)
        {
            Assert.Skip("The shared vectors are not here.");
            return;
        }

        using var issuer = new TestIssuer(keyId: "bilbo.baggins.hobbiton");
        var seen = 0;
        foreach (var file in System.IO.Directory.GetFiles(folder, "*.json"))
        {
            using var vector = JsonDocument.Parse(File.ReadAllText(file));
            var output = vector.RootElement.GetProperty("output");
            if (!output.TryGetProperty("compact", out var compact))
                continue;
            Verify(compact.GetString()!, issuer.Public with { KeyId = "any" }).ShouldBeFalse(file);
            seen++;
        }

        seen.ShouldBeGreaterThan(3);
    }

    private static bool Verify(string jws, SigningKey? key) =>
        CompactJws.Verify(jws, new byte[Math.Max(jws.Length, 16)], id => key is not null && (id == key.KeyId || key.KeyId == "any") ? key : null, new PublicKeys(), static _ => TokenFault.None, out _, out _) == TokenFault.None;

    /// <summary>Only P-256 keys for signatures can be the directory's at all.</summary>
    private static SigningKey? KeyOf(JsonElement jwk)
    {
        if (jwk.GetProperty("kty").GetString() != "EC" || Text(jwk, "crv") != "P-256" || Text(jwk, "alg") is not (null or "ES256") || Text(jwk, "use") is not (null or "sig"))
            return null;
        if (jwk.TryGetProperty("key_ops", out var uses) && !uses.EnumerateArray().Any(static u => u.GetString() == "verify"))
            return null;
        return new SigningKey(Text(jwk, "kid") ?? "any", "north", Text(jwk, "x")!, Text(jwk, "y")!, DateTimeOffset.MaxValue);
    }

    private static string? Text(JsonElement jwk, string name) => jwk.TryGetProperty(name, out var value) ? value.GetString() : null;
}
