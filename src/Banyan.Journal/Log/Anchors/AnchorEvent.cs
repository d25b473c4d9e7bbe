using System.Numerics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using Banyan.Engines.Evm.Rpc;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Journal.Log.Anchors;

/// <summary>What the contract tells when a checkpoint is anchored. Immutable.</summary>
/// <param name="Log">The log's name on the chain: keccak-256 of its origin.</param>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Writer">The account that anchored it.</param>
internal sealed record AnchorEvent(EvmHash Log, long Size, MerkleHash Root, EvmAddress Writer)
{
    public static readonly AbiEvent Anchored = AbiEvent.Parse("event Anchored(bytes32 indexed log, uint64 indexed size, bytes32 root, address indexed writer)");

    public static AnchorEvent? Read(EvmLog log) => Read(log.Topics, log.Data.Span);

    /// <summary>Null where it is another event.</summary>
    public static AnchorEvent? Read(IReadOnlyList<EvmHash> topics, ReadOnlySpan<byte> data) =>
        Anchored.TryDecode(topics, data, out var values, out _) && (BigInteger)values[1] <= long.MaxValue
            ? new AnchorEvent(topics[1], (long)(BigInteger)values[1], new MerkleHash((byte[])values[2]), (EvmAddress)values[3])
            : null;
}
