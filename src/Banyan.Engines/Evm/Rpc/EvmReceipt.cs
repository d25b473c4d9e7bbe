namespace Banyan.Engines.Evm.Rpc;

/// <summary>What became of a transaction that is in a block. Immutable.</summary>
public sealed record EvmReceipt
{
    /// <summary>The transaction.</summary>
    public required EvmHash TransactionHash { get; init; }

    /// <summary>Its block's height.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>Its block.</summary>
    public required EvmHash BlockHash { get; init; }

    /// <summary>Its place in the block.</summary>
    public required uint TransactionIndex { get; init; }

    /// <summary>Whether it did what it was to; false: it reverted or ran out of gas, and only the fee was taken.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>Who sent it.</summary>
    public required EvmAddress From { get; init; }

    /// <summary>Whom it called; null where it created a contract.</summary>
    public EvmAddress? To { get; init; }

    /// <summary>The contract that it created.</summary>
    public EvmAddress? ContractAddress { get; init; }

    /// <summary>Gas that it used.</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>Wei that each unit of gas cost.</summary>
    public UInt256 EffectiveGasPrice { get; init; }

    /// <summary>What it told.</summary>
    public IReadOnlyList<EvmLog> Logs { get; init; } = [];
}
