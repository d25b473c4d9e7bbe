using System.Security.Cryptography;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Signing;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

public class CurveTests
{
    [Fact]
    public void VerifyDer_Wycheproof_AsItSays()
    {
        var vectors = EvmVectors.Read("wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json");
        var (taken, refused) = (0, 0);
        foreach (var group in vectors.GetProperty("testGroups").EnumerateArray())
        {
            var key = EvmVectors.Bytes(group.GetProperty("publicKey").GetProperty("uncompressed").GetString()!)[1..];
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var hash = EvmHash.FromBytes(SHA256.HashData(EvmVectors.Bytes(test.GetProperty("msg").GetString()!)));
                var der = EvmVectors.Bytes(test.GetProperty("sig").GetString()!);
                var valid = test.GetProperty("result").GetString() == "valid";
                Secp256k1.VerifyDer(der, hash, key).ShouldBe(valid, $"{test.GetProperty("tcId")}: {test.GetProperty("comment")}");
                // What an HSM gives may have a high s, which is made low; nothing else that is invalid may come through.
                // x of the point beyond the group's order (1 in 2^127): valid ECDSA, and no transaction can carry it.
                var beyond = test.GetProperty("comment").GetString() == "k*G has a large x-coordinate";
                var adapted = Secp256k1.TryFromDer(der, hash, Secp256k1.AddressOf(key), out var signature);
                var high = ((Secp256k1.HalfOrder.ToBigInteger() * 2) + 1 - signature.S.ToBigInteger()).ToByteArray(isUnsigned: true, isBigEndian: true);
                adapted.ShouldBe((valid && !beyond) || (adapted && der.AsSpan().EndsWith(high)), $"{test.GetProperty("tcId")} as an HSM's");
                (taken, refused) = valid ? (taken + 1, refused) : (taken, refused + 1);
            }
        }

        (taken + refused).ShouldBe(vectors.GetProperty("numberOfTests").GetInt32());
        taken.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void Keys_BasicTests_HaveTheirAddress()
    {
        var seen = 0;
        foreach (var vector in EvmVectors.Read("ethereum/BasicTests/keyaddrtest.json").EnumerateArray())
        {
            var address = EvmVectors.Bytes(vector.GetProperty("addr").GetString()!);
            var key = EvmVectors.Bytes(vector.GetProperty("key").GetString()!);
            Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(vector.GetProperty("seed").GetString()!)).ToArray().ShouldBe(key);
            using var signer = new PrivateKeySigner(key);
            signer.Address.ShouldBe(EvmAddress.FromBytes(address));
            seen++;
        }

        seen.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Sign_AnyKeyAndHash_IsLowAndRecovers()
    {
        Prop.ForAll(Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 64).ToArbitrary(), bytes =>
        {
            if (!Secp256k1.IsPrivateKey(bytes.AsSpan(0, 32)))
                return true;
            using var signer = new PrivateKeySigner(bytes.AsSpan(0, 32));
            var hash = EvmHash.FromBytes(bytes.AsSpan(32));
            var signature = signer.SignHash(hash);
            return signature.S <= Secp256k1.HalfOrder && Secp256k1.TryRecover(hash, signature, out var by) && by == signer.Address && signer.SignHash(hash) == signature;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryRecover_HighS_IsRefused()
    {
        using var signer = PrivateKeySigner.Create();
        var hash = Keccak256.Hash("x"u8);
        var signature = signer.SignHash(hash);
        var order = (Secp256k1.HalfOrder.ToBigInteger() * 2) + 1;
        UInt256.TryFrom(order - signature.S.ToBigInteger(), out var high).ShouldBeTrue();
        Secp256k1.TryRecover(hash, signature with { S = high, YParity = (byte)(1 - signature.YParity) }, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", false)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    [InlineData("01", false)]
    public void IsPrivateKey_Edges_AsTheOrderSays(string hex, bool key) => Secp256k1.IsPrivateKey(Convert.FromHexString(hex)).ShouldBe(key);

    [Fact]
    public void Sign_ByAnotherAddress_HandsNothingOut()
    {
        using var signer = PrivateKeySigner.Create();
        var key = new byte[32];
        signer.CopyKeyTo(key);
        Should.Throw<CryptographicException>(() => Secp256k1.Sign(key, EvmHash.Zero, EvmAddress.Zero));
    }
}
