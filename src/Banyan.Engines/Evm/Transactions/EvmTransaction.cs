namespace Banyan.Engines.Evm.Transactions;

/// <summary>A transaction before it is signed. Immutable.</summary>
public sealed record EvmTransaction
{
    /// <summary>Its kind; EIP-1559 unless said otherwise.</summary>
    public EvmTransactionType Type { get; init; } = EvmTransactionType.DynamicFee;

    /// <summary>The chain that it is for. Null only in a legacy transaction from before EIP-155, which is good on every chain: those are read, and made only for tests.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>The sender's count of transactions before this one; below 2^64 - 1 (EIP-2681).</summary>
    public ulong Nonce { get; init; }

    /// <summary>The most that is paid for a unit of gas, tip included, in wei; of a legacy or access-list transaction, its gas price.</summary>
    public UInt256 MaxFeePerGas { get; init; }

    /// <summary>The tip for a unit of gas, in wei; at most <see cref="MaxFeePerGas"/>. Of EIP-1559 only.</summary>
    public UInt256 MaxPriorityFeePerGas { get; init; }

    /// <summary>The most gas that it may use.</summary>
    public ulong GasLimit { get; init; }

    /// <summary>Whom it calls or pays; null creates a contract with <see cref="Data"/> as its init code.</summary>
    public EvmAddress? To { get; init; }

    /// <summary>Wei that go along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>The call, or the init code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Not for legacy transactions.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>What the signer signs.</summary>
    public EvmHash SigningHash() => TransactionCodec.SigningHash(this);

    /// <summary>The gas that it uses before its first instruction, by the rules since Shanghai (Yellow Paper, 6.2; EIP-2028, EIP-2930, EIP-3860).</summary>
    public ulong IntrinsicGas()
    {
        ulong gas = To is null ? 53_000UL : 21_000UL;
        var zeros = (ulong)Data.Span.Count((byte)0);
        gas += (4 * zeros) + (16 * ((ulong)Data.Length - zeros));
        if (To is null)
            gas += 2 * (((ulong)Data.Length + 31) / 32);
        foreach (var entry in AccessList)
            gas += 2_400 + (1_900 * (ulong)entry.StorageKeys.Count);
        return gas;
    }
}
