using System.Buffers;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Transactions;

/// <summary>Transactions to bytes (EIP-155, EIP-2718, EIP-2930, EIP-1559). Reading is in <c>TransactionCodec.Reading.cs</c>.</summary>
internal static partial class TransactionCodec
{
    private const int SmallBuffer = 1024;

    /// <summary>Bytes of everything but data and access list, headers included, generously.</summary>
    private const int FixedPart = 384;

    public static EvmHash SigningHash(EvmTransaction transaction)
    {
        var size = SizeOf(transaction);
        var rented = size > SmallBuffer ? ArrayPool<byte>.Shared.Rent(size) : null;
        var writer = new RlpWriter(rented ?? stackalloc byte[SmallBuffer]);
        Write(ref writer, transaction, null);
        var hash = Keccak256.Hash(writer.Written);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    public static byte[] Encode(EvmTransaction transaction, in EvmSignature signature)
    {
        var size = SizeOf(transaction);
        var rented = size > SmallBuffer ? ArrayPool<byte>.Shared.Rent(size) : null;
        var writer = new RlpWriter(rented ?? stackalloc byte[SmallBuffer]);
        Write(ref writer, transaction, signature);
        var raw = writer.Written.ToArray();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return raw;
    }

    /// <summary>Last field first: see <see cref="RlpWriter"/>.</summary>
    private static void Write(ref RlpWriter writer, EvmTransaction transaction, EvmSignature? signature)
    {
        var typed = transaction.Type != EvmTransactionType.Legacy;
        if (signature is { } s)
        {
            writer.Number(s.S);
            writer.Number(s.R);
            writer.Number(typed ? s.YParity : LegacyV(transaction.ChainId, s.YParity));
        }
        else if (!typed && transaction.ChainId is { } chain)
        {
            writer.Number(0);
            writer.Number(0);
            writer.Number(chain);
        }

        if (typed)
            WriteAccessList(ref writer, transaction.AccessList);
        writer.Bytes(transaction.Data.Span);
        writer.Number(transaction.Value);
        if (transaction.To is { } to)
        {
            Span<byte> bytes = stackalloc byte[EvmAddress.Length];
            to.CopyTo(bytes);
            writer.Bytes(bytes);
        }
        else
        {
            writer.Bytes([]);
        }

        writer.Number(transaction.GasLimit);
        writer.Number(transaction.MaxFeePerGas);
        if (transaction.Type == EvmTransactionType.DynamicFee)
            writer.Number(transaction.MaxPriorityFeePerGas);
        writer.Number(transaction.Nonce);
        if (typed)
            writer.Number(transaction.ChainId ?? throw new InvalidOperationException("a typed transaction is for one chain: set ChainId"));
        writer.List(0);
        if (typed)
            writer.Raw([(byte)transaction.Type]);
    }

    private static void WriteAccessList(ref RlpWriter writer, IReadOnlyList<AccessListEntry> entries)
    {
        Span<byte> bytes = stackalloc byte[EvmHash.Length];
        var list = writer.Mark;
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            var entry = writer.Mark;
            for (var k = entries[i].StorageKeys.Count - 1; k >= 0; k--)
            {
                entries[i].StorageKeys[k].CopyTo(bytes);
                writer.Bytes(bytes);
            }

            writer.List(entry);
            entries[i].Address.CopyTo(bytes);
            writer.Bytes(bytes[..EvmAddress.Length]);
            writer.List(entry);
        }

        writer.List(list);
    }

    private static UInt256 LegacyV(ulong? chain, byte parity) => chain is { } id ? ((UInt128)id * 2) + 35 + parity : (UInt256)(27UL + parity);

    private static int SizeOf(EvmTransaction transaction)
    {
        var size = FixedPart + transaction.Data.Length;
        foreach (var entry in transaction.AccessList)
            size += 40 + (33 * entry.StorageKeys.Count);
        return size;
    }
}
