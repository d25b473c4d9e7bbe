namespace Banyan.Engines.Evm.Rpc;

/// <summary>What a contract told with an event. Immutable.</summary>
public sealed record EvmLog
{
    /// <summary>The contract.</summary>
    public required EvmAddress Address { get; init; }

    /// <summary>At most 4; the first is the event's <c>AbiEvent.Topic</c>.</summary>
    public required IReadOnlyList<EvmHash> Topics { get; init; }

    /// <summary>The rest.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The height of its block.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>Its block.</summary>
    public required EvmHash BlockHash { get; init; }

    /// <summary>Its transaction.</summary>
    public required EvmHash TransactionHash { get; init; }

    /// <summary>Its transaction's place in the block.</summary>
    public required uint TransactionIndex { get; init; }

    /// <summary>Its place in the block.</summary>
    public required uint LogIndex { get; init; }
}
