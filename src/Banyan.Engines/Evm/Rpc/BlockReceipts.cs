namespace Banyan.Engines.Evm.Rpc;

/// <summary>All receipts of one block. Immutable.</summary>
/// <param name="Block">The block's hash, which each of the receipts names.</param>
/// <param name="Receipts">By transaction.</param>
internal sealed record BlockReceipts(EvmHash Block, IReadOnlyDictionary<EvmHash, EvmReceipt> Receipts);
