using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Transactions;
using Banyan.Engines.Evm.Trie;

namespace Banyan.Engines.Evm.Proving;

/// <summary>
/// That a contract told an event, checked with nothing but a block's hash: the header that the hash is of, the way from its root of
/// receipts to the receipt, and from its root of transactions to the transaction. Blocks, transactions and receipts are what
/// every node keeps; the state of a past block is not. Immutable.
/// </summary>
public sealed record EventProof
{
    /// <summary>The header: the bytes that the block's hash is of.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The transaction's place in the block, from 0.</summary>
    public required uint Index { get; init; }

    /// <summary>The event's place among those of its transaction, from 0.</summary>
    public required uint Event { get; init; }

    /// <summary>The nodes from the block's root of receipts to the receipt.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Receipt { get; init; }

    /// <summary>The nodes from the block's root of transactions to the transaction; empty where the node did not give it: then its hash and the chain are not proven.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Transaction { get; init; } = [];

    /// <summary>Checks it. Pure.</summary>
    /// <param name="proven">What is proven, of whatever block has the header's hash; null where it does not hold.</param>
    /// <returns>Why it does not hold, in one sentence; null where it does.</returns>
    public string? Check(out ProvenEvent? proven)
    {
        proven = null;
        if (!BlockHeader.TryParse(Header.Span, out var header))
            return "the block's header is none";
        var key = TrieTree.KeyOf(Index);
        if (!TrieProof.TryFind(header.ReceiptsRoot, key, Receipt, out var receipt, out var problem))
            return $"the proof of the receipt {problem}";
        if (Event > int.MaxValue || ReceiptCodec.LogOf(receipt, (int)Event) is not { } log)
            return $"the receipt has no event {Event}, or its transaction failed";
        if (Transaction.Count == 0)
        {
            proven = new ProvenEvent(header, log, null, null);
            return null;
        }

        if (!TrieProof.TryFind(header.TransactionsRoot, key, Transaction, out var raw, out problem))
            return $"the proof of the transaction {problem}";
        proven = new ProvenEvent(header, log, Keccak256.Hash(raw), TransactionCodec.TryDecode(raw, out var transaction, out _, out _) ? transaction.ChainId : null);
        return null;
    }
}

/// <summary>An event that is in a block. Immutable.</summary>
/// <param name="Block">The block's header; that its hash is one of the chain's is for a node of the chain to say.</param>
/// <param name="Log">What was told.</param>
/// <param name="Transaction">Its transaction; null where that is not proven.</param>
/// <param name="ChainId">The chain that the transaction was signed for; null where that is not proven, or it is of a kind that is not known here.</param>
public sealed record ProvenEvent(BlockHeader Block, ProvenLog Log, EvmHash? Transaction, ulong? ChainId);

/// <summary>What a contract told. Immutable.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Topics">At most 4.</param>
/// <param name="Data">The rest.</param>
public sealed record ProvenLog(EvmAddress Address, IReadOnlyList<EvmHash> Topics, byte[] Data);
