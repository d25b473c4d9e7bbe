namespace Banyan.Engines.Evm.Rpc;

/// <summary>A block's header, and its transactions by hash. Immutable.</summary>
public sealed record EvmBlock
{
    /// <summary>Its height.</summary>
    public required ulong Number { get; init; }

    /// <summary>Its name.</summary>
    public required EvmHash Hash { get; init; }

    /// <summary>The block before it.</summary>
    public required EvmHash ParentHash { get; init; }

    /// <summary>When it was made, as its maker says.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Gas that its transactions may use.</summary>
    public ulong GasLimit { get; init; }

    /// <summary>Gas that its transactions used.</summary>
    public ulong GasUsed { get; init; }

    /// <summary>Wei for each unit of gas that are burnt; null on chains before EIP-1559.</summary>
    public UInt256? BaseFeePerGas { get; init; }

    /// <summary>Its transactions.</summary>
    public IReadOnlyList<EvmHash> Transactions { get; init; } = [];
}
