using System.Diagnostics.CodeAnalysis;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Transactions;

internal static partial class TransactionCodec
{
    private const string NotRlp = "not the one encoding of a transaction";

    public static bool TryDecode(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out EvmTransaction? transaction, out EvmSignature signature, [NotNullWhen(false)] out string? problem)
    {
        (transaction, signature) = (null, default);
        if (raw.IsEmpty)
        {
            problem = "empty";
            return false;
        }

        var type = raw[0] >= 0xc0 ? EvmTransactionType.Legacy : (EvmTransactionType)raw[0];
        if (raw[0] < 0xc0 && type is not (EvmTransactionType.AccessList or EvmTransactionType.DynamicFee))
        {
            problem = $"transactions of type {raw[0]} are not known";
            return false;
        }

        var outer = new RlpReader(type == EvmTransactionType.Legacy ? raw : raw[1..]);
        if (!outer.TryList(out var fields) || !outer.AtEnd)
        {
            problem = NotRlp;
            return false;
        }

        problem = Read(ref fields, type, out transaction, out signature);
        return problem is null;
    }

    private static string? Read(ref RlpReader fields, EvmTransactionType type, out EvmTransaction transaction, out EvmSignature signature)
    {
        (transaction, signature) = (new() { Type = type }, default);
        ulong chain = 0;
        if (type != EvmTransactionType.Legacy && !fields.TryNumber(out chain))
            return $"{NotRlp}: chain id";
        if (!fields.TryNumber(out ulong nonce))
            return $"{NotRlp}: nonce";
        UInt256 tip = default;
        if (type == EvmTransactionType.DynamicFee && !fields.TryNumber(out tip))
            return $"{NotRlp}: tip";
        if (!fields.TryNumber(out UInt256 fee))
            return $"{NotRlp}: fee";
        if (!fields.TryNumber(out ulong gas))
            return $"{NotRlp}: gas limit";
        if (!fields.TryBytes(out var to) || to.Length is not (0 or EvmAddress.Length))
            return $"{NotRlp}: to";
        if (!fields.TryNumber(out UInt256 value))
            return $"{NotRlp}: value";
        if (!fields.TryBytes(out var data))
            return $"{NotRlp}: data";
        var list = new List<AccessListEntry>();
        if (type != EvmTransactionType.Legacy && !TryAccessList(ref fields, list))
            return $"{NotRlp}: access list";
        if (!fields.TryNumber(out UInt256 v) || !fields.TryNumber(out UInt256 r) || !fields.TryNumber(out UInt256 s) || !fields.AtEnd)
            return $"{NotRlp}: signature";
        if (!TryParity(v, type, out var signedFor, out var parity))
            return $"v of the signature is {v}";
        transaction = new()
        {
            Type = type, ChainId = type == EvmTransactionType.Legacy ? signedFor : chain, Nonce = nonce, MaxPriorityFeePerGas = tip, MaxFeePerGas = fee, GasLimit = gas,
            To = to.IsEmpty ? null : EvmAddress.FromBytes(to), Value = value, Data = data.ToArray(), AccessList = list,
        };
        signature = new(r, s, parity);
        return null;
    }

    private static bool TryParity(UInt256 v, EvmTransactionType type, out ulong? chain, out byte parity)
    {
        (chain, parity) = (null, 0);
        if (!v.TryToUInt128(out var number))
            return false;
        if (type != EvmTransactionType.Legacy)
        {
            parity = (byte)(number & 1);
            return number <= 1;
        }

        if (number == 27 || number == 28)
        {
            parity = (byte)(number - 27);
            return true;
        }

        // EIP-155: v is 35 + parity + twice the chain id.
        if (number < 35 || (number - 35) / 2 > ulong.MaxValue)
            return false;
        parity = (byte)((number - 35) & 1);
        chain = (ulong)((number - 35) / 2);
        return true;
    }

    private static bool TryAccessList(ref RlpReader fields, List<AccessListEntry> entries)
    {
        if (!fields.TryList(out var list))
            return false;
        Span<byte> address = stackalloc byte[EvmAddress.Length];
        Span<byte> key = stackalloc byte[EvmHash.Length];
        while (!list.AtEnd)
        {
            if (!list.TryList(out var entry) || !entry.TryBytes(address) || !entry.TryList(out var keys) || !entry.AtEnd)
                return false;
            var read = new List<EvmHash>();
            while (!keys.AtEnd)
            {
                if (!keys.TryBytes(key))
                    return false;
                read.Add(EvmHash.FromBytes(key));
            }

            entries.Add(new(EvmAddress.FromBytes(address), read));
        }

        return true;
    }
}
