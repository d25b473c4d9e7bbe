using System.Text;
using System.Text.Json;
using Banyan.Engines.Signing;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Signing;

public class Ed25519Tests
{
    [Fact]
    public void Verify_Wycheproof_AcceptsTheValidAndNothingElse()
    {
        var file = SharedVectors.Find("wycheproof/ed25519_test.json");
        Assert.SkipWhen(file is null, "The shared vectors are not here.");
        using var vectors = JsonDocument.Parse(File.ReadAllText(file!));
        var (seen, wrong) = (0, new List<string>());
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key = Convert.FromHexString(group.GetProperty("publicKey").GetProperty("pk").GetString()!);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                seen++;
                var held = Ed25519.Verify(key, Bytes(test, "msg"), Bytes(test, "sig"));
                if (held != (test.GetProperty("result").GetString() == "valid"))
                    wrong.Add($"{test.GetProperty("tcId")}: {test.GetProperty("comment")}");
            }
        }

        wrong.ShouldBeEmpty();
        seen.ShouldBe(vectors.RootElement.GetProperty("numberOfTests").GetInt32());

        static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);
    }

    /// <summary>RFC 8032, section 7.1.</summary>
    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Sign_Rfc8032_SameKeyAndSignature(string seed, string publicKey, string message, string signature)
    {
        using var key = SigningKey.FromSeed(Convert.FromHexString(seed));

        Convert.ToHexStringLower(key.PublicKey.Span).ShouldBe(publicKey);
        Convert.ToHexStringLower(key.Sign(Convert.FromHexString(message))).ShouldBe(signature);
    }

    [Fact]
    public void Verify_AnyBitOfASignatureFlipped_IsRefused()
    {
        using var key = SigningKey.Generate();
        var message = Encoding.ASCII.GetBytes("size 12");
        var signature = key.Sign(message);

        Ed25519.Verify(key.PublicKey.Span, message, signature).ShouldBeTrue();
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            var other = (byte[])signature.Clone();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Ed25519.Verify(key.PublicKey.Span, message, other).ShouldBeFalse();
        }
    }

    [Fact]
    public void Sign_Disposed_Throws()
    {
        var key = SigningKey.Generate();
        key.Dispose();

        Should.Throw<ObjectDisposedException>(() => key.Sign([1]));
    }
}
