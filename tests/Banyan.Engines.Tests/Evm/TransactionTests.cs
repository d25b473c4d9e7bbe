using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Signing;
using Banyan.Engines.Evm.Transactions;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

public class TransactionTests
{
    /// <summary>The chain of the vectors.</summary>
    private const ulong MainChain = 1;

    [Fact]
    public void TryDecode_TransactionTests_AsTheNewestForkSays()
    {
        var (taken, refused) = (0, 0);
        foreach (var file in Directory.GetFiles(EvmVectors.Path("ethereum/TransactionTests"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var vector in EvmVectors.Read(file).EnumerateObject())
            {
                // Some were never filled beyond London; what they refuse has not been allowed since.
                var fork = vector.Value.GetProperty("result").EnumerateObject().MaxBy(f => Array.IndexOf(Forks, f.Name)).Value;
                var ok = SignedTransaction.TryDecode(EvmVectors.Bytes(vector.Value.GetProperty("txbytes").GetString()!), out var transaction, out var problem);
                ok = ok && transaction!.Transaction.ChainId is null or MainChain;
                if (fork.TryGetProperty("exception", out var exception))
                {
                    ok.ShouldBeFalse($"{vector.Name} is taken, though {exception}");
                    refused++;
                    continue;
                }

                ok.ShouldBeTrue($"{vector.Name}: {problem}");
                transaction!.Hash.ToString().ShouldBe(fork.GetProperty("hash").GetString(), vector.Name);
                transaction.Sender.ShouldBe(EvmAddress.Parse(fork.GetProperty("sender").GetString()!), vector.Name);
                $"{transaction.Transaction.IntrinsicGas():x}".ShouldBe(fork.GetProperty("intrinsicGas").GetString()![2..].TrimStart('0'), vector.Name);
                taken++;
            }
        }

        taken.ShouldBe(50);
        refused.ShouldBe(160);
    }

    private static readonly string[] Forks = ["Frontier", "Homestead", "EIP150", "EIP158", "Byzantium", "Constantinople", "ConstantinopleFix", "Istanbul", "Berlin", "London", "Paris", "Shanghai", "Cancun", "Prague"];

    /// <summary>BasicTests: what is signed, to the byte; the signature of the vectors has another nonce than RFC 6979's, so it is read, not made.</summary>
    [Fact]
    public void Signing_TxTest_HashesWhatWasSigned()
    {
        foreach (var vector in EvmVectors.Read("ethereum/BasicTests/txtest.json").EnumerateArray())
        {
            var (key, to, data) = (EvmVectors.Bytes(vector.GetProperty("key").GetString()!), vector.GetProperty("to").GetString()!, vector.GetProperty("data").GetString()!);
            using var signer = new PrivateKeySigner(key);
            var transaction = new EvmTransaction
            {
                Type = EvmTransactionType.Legacy, Nonce = vector.GetProperty("nonce").GetUInt64(), MaxFeePerGas = vector.GetProperty("gasprice").GetUInt64(), GasLimit = vector.GetProperty("startgas").GetUInt64(),
                To = to.Length == 0 ? null : EvmAddress.FromBytes(EvmVectors.Bytes(to)), Value = vector.GetProperty("value").GetUInt64(), Data = EvmVectors.Bytes(data),
            };
            TransactionCodec.TryDecode(EvmVectors.Bytes(vector.GetProperty("signed").GetString()!), out var signed, out var signature, out var problem).ShouldBeTrue(problem);
            signed.SigningHash().ShouldBe(transaction.SigningHash());
            // From before EIP-2: s may be high.
            var order = (Secp256k1.HalfOrder.ToBigInteger() * 2) + 1;
            var low = signature;
            if (signature.S > Secp256k1.HalfOrder && UInt256.TryFrom(order - signature.S.ToBigInteger(), out var s))
                low = signature with { S = s, YParity = (byte)(1 - signature.YParity) };
            Secp256k1.TryRecover(transaction.SigningHash(), low, out var sender).ShouldBeTrue();
            sender.ShouldBe(signer.Address);
            Convert.ToHexStringLower(TransactionCodec.Encode(transaction, signature)).ShouldBe(vector.GetProperty("signed").GetString());
        }
    }

    /// <summary>The example of EIP-155.</summary>
    [Fact]
    public void Sign_Eip155_IsItsExample()
    {
        using var signer = new PrivateKeySigner([.. Enumerable.Repeat((byte)0x46, 32)]);
        var transaction = new EvmTransaction
        {
            Type = EvmTransactionType.Legacy, ChainId = 1, Nonce = 9, MaxFeePerGas = 20_000_000_000, GasLimit = 21_000, To = EvmAddress.Parse("0x3535353535353535353535353535353535353535"), Value = 1_000_000_000_000_000_000,
        };
        transaction.SigningHash().ToString().ShouldBe("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
        Convert.ToHexStringLower(signer.Sign(transaction).Value.Raw.Span).ShouldBe("f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    }

    /// <summary>What goes out comes back, and is what was signed.</summary>
    [Fact]
    public void Sign_AnyTransaction_ReadsBackTheSame()
    {
        using var signer = PrivateKeySigner.Create();
        var transactions =
            from type in Gen.Choose(0, 2)
            from nonce in ArbMap.Default.GeneratorFor<ulong>()
            from fee in ArbMap.Default.GeneratorFor<uint>()
            from tip in ArbMap.Default.GeneratorFor<uint>()
            from data in ArbMap.Default.GeneratorFor<byte[]>()
            from to in Gen.Elements<EvmAddress?>(null, signer.Address, EvmAddress.Zero)
            from slots in Gen.Choose(0, 3)
            select new EvmTransaction
            {
                Type = (EvmTransactionType)type, ChainId = 1 + nonce / 3, Nonce = nonce == ulong.MaxValue ? 0 : nonce, MaxFeePerGas = Math.Max(fee, tip), MaxPriorityFeePerGas = type == 2 ? Math.Min(fee, tip) : 0, GasLimit = 10_000_000,
                To = to, Value = (UInt128)nonce * fee, Data = data ?? [], AccessList = type == 0 || slots == 0 ? [] : [new(signer.Address, [.. Enumerable.Repeat(EvmHash.Zero, slots - 1)]), new(EvmAddress.Zero, [])],
            };
        Prop.ForAll(transactions.ToArbitrary(), wanted =>
        {
            var signed = signer.Sign(wanted).Value;
            if (!SignedTransaction.TryDecode(signed.Raw.Span, out var read, out _))
                return false;
            var got = read.Transaction;
            return read.Hash == signed.Hash && read.Sender == signer.Address && got.Data.Span.SequenceEqual(wanted.Data.Span) && got.SigningHash() == wanted.SigningHash()
                && (got.Type, got.ChainId, got.Nonce, got.MaxFeePerGas, got.MaxPriorityFeePerGas, got.GasLimit, got.To, got.Value) == (wanted.Type, wanted.ChainId, wanted.Nonce, wanted.MaxFeePerGas, wanted.MaxPriorityFeePerGas, wanted.GasLimit, wanted.To, wanted.Value);
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>A byte less, a byte more, a byte changed: refused, or another transaction than this one.</summary>
    [Fact]
    public void TryDecode_EachByteChanged_IsNeverTheSame()
    {
        using var signer = PrivateKeySigner.Create();
        var signed = signer.Sign(new() { ChainId = 7, GasLimit = 50_000, To = EvmAddress.Zero, Data = new byte[] { 1, 2, 3 }, MaxFeePerGas = 9, AccessList = [new(EvmAddress.Zero, [EvmHash.Zero])] }).Value;
        var raw = signed.Raw.ToArray();
        for (var i = 0; i < raw.Length; i++)
        {
            var changed = raw.ToArray();
            changed[i] ^= 0x01;
            if (SignedTransaction.TryDecode(changed, out var other, out _))
                (other.Sender == signer.Address && other.Hash == signed.Hash).ShouldBeFalse();
            SignedTransaction.TryDecode(raw.AsSpan(0, i), out _, out _).ShouldBeFalse();
        }

        SignedTransaction.TryDecode([.. raw, 0], out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Sign_WhatNoChainTakes_IsAnError()
    {
        using var signer = PrivateKeySigner.Create();
        var good = new EvmTransaction { ChainId = 1, GasLimit = 21_000, To = EvmAddress.Zero, MaxFeePerGas = 2, MaxPriorityFeePerGas = 1 };
        signer.Sign(good).Ok.ShouldBeTrue();
        foreach (var bad in new[] { good with { ChainId = null }, good with { GasLimit = 20_999 }, good with { MaxPriorityFeePerGas = 3 }, good with { Nonce = ulong.MaxValue }, good with { To = null, Data = new byte[49_153], GasLimit = 30_000_000 } })
            signer.Sign(bad).Error!.Failure.ShouldBe(EvmFailure.Invalid);
    }
}
