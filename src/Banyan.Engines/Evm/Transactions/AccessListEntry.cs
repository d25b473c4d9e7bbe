namespace Banyan.Engines.Evm.Transactions;

/// <summary>What a transaction says beforehand that it will touch (EIP-2930).</summary>
/// <param name="Address">An account.</param>
/// <param name="StorageKeys">Slots of it.</param>
public sealed record AccessListEntry(EvmAddress Address, IReadOnlyList<EvmHash> StorageKeys);
