using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Keys;

namespace Banyan.Engines.Tests.Keys;

public class KeyEnvelopeTests
{
    private static readonly byte[] Key = Convert.FromHexString("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    private static readonly byte[] Context = KeyContext.Of("kai", "east-africa", "subject", "east-africa.AAAA", "identity.account.email");

    /// <summary>Made by another implementation (Python's cryptography): version 7, nonce cafebabefacedbaddecaf888.</summary>
    private static readonly byte[] Foreign = Convert.FromHexString("0100000007cafebabefacedbaddecaf888ea729db421b703833c565203ab1e16801bbf00f567cd2b007d951158c7928bce");

    [Fact]
    public void AesGcm_TestCase16_IsThePublishedAnswer()
    {
        // McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B, test case 16 (AES-256 with additional data).
        var plain = Convert.FromHexString("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        using var aes = new AesGcm(Key, KeyEnvelope.TagLength);
        var (cipher, tag) = (new byte[plain.Length], new byte[KeyEnvelope.TagLength]);
        aes.Encrypt(Convert.FromHexString("cafebabefacedbaddecaf888"), plain, cipher, tag, Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2"));

        Convert.ToHexStringLower(cipher).ShouldBe("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
        Convert.ToHexStringLower(tag).ShouldBe("76fc6ece0f4e1768cddf8853bb2d551b");
    }

    [Fact]
    public void Open_MadeByAnotherImplementation_Opens()
    {
        KeyEnvelope.VersionOf(Foreign).ShouldBe(7);
        KeyEnvelope.TryOpen(Key, Foreign, Context, out var plain).ShouldBeTrue();
        Encoding.UTF8.GetString(plain!).ShouldBe("anna@example.org");
    }

    [Fact]
    public void Open_AnyBitChanged_Refuses()
    {
        for (var bit = 0; bit < Foreign.Length * 8; bit++)
        {
            var changed = Foreign.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            KeyEnvelope.TryOpen(Key, changed, Context, out _).ShouldBeFalse($"bit {bit}");
        }
    }

    [Fact]
    public void Open_CutOff_Refuses()
    {
        for (var length = 0; length < Foreign.Length; length++)
            KeyEnvelope.TryOpen(Key, Foreign.AsSpan(0, length), Context, out _).ShouldBeFalse($"{length} bytes");
    }

    [Theory]
    [InlineData("kai", "east-africa", "subject", "east-africa.AAAA", "identity.account.phone")]
    [InlineData("kai", "east-africa", "subject", "east-africa.AAAB", "identity.account.email")]
    [InlineData("kai", "west-africa", "subject", "east-africa.AAAA", "identity.account.email")]
    [InlineData("kai", "east-africa", "subject", "east-africa.AAAAidentity.account.email", "")]
    public void Open_AnotherContext_Refuses(params string[] parts) => KeyEnvelope.TryOpen(Key, Foreign, KeyContext.Of(parts), out _).ShouldBeFalse();

    [Fact]
    public void Open_AnotherKey_Refuses() => KeyEnvelope.TryOpen(RandomNumberGenerator.GetBytes(32), Foreign, Context, out _).ShouldBeFalse();

    [Fact]
    public void Seal_SameValueTwice_LooksDifferentAndOpensTheSame()
    {
        var plain = Encoding.UTF8.GetBytes("+254700000001");

        var (one, other) = (KeyEnvelope.Seal(Key, 1, plain, Context), KeyEnvelope.Seal(Key, 1, plain, Context));

        one.ShouldNotBe(other);
        one.Length.ShouldBe(plain.Length + KeyEnvelope.Overhead);
        KeyEnvelope.TryOpen(Key, one, Context, out var first).ShouldBeTrue();
        KeyEnvelope.TryOpen(Key, other, Context, out var second).ShouldBeTrue();
        first.ShouldBe(plain);
        second.ShouldBe(plain);
    }

    [Fact]
    public void Seal_Nothing_OpensToNothing()
    {
        KeyEnvelope.TryOpen(Key, KeyEnvelope.Seal(Key, 1, [], []), [], out var plain).ShouldBeTrue();
        plain.ShouldBeEmpty();
    }

    [Fact]
    public void Of_PartsOfOtherLengths_AreNeverTheSame()
    {
        KeyContext.Of("ab", "c").ShouldNotBe(KeyContext.Of("a", "bc"));
        KeyContext.Of("ab").ShouldNotBe(KeyContext.Of("ab", ""));
        Convert.ToHexStringLower(KeyContext.Of("kai", "ä", "")).ShouldBe("000000036b616900000002c3a400000000");
    }
}
