namespace Banyan.Engines.Evm.Sending;

/// <summary>A transaction under way, as a store keeps it. Immutable.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Account">Who sends.</param>
/// <param name="Id">The request's name.</param>
/// <param name="Nonce">Its nonce; a record of the same account and nonce takes the place of an earlier one.</param>
/// <param name="Since">When it was first sent.</param>
/// <param name="AgainWhenDisplaced">As in the request.</param>
/// <param name="Raw">Every signed version that was given to a node, the newest last: any of them may end up in a block.</param>
public sealed record SendRecord(ulong ChainId, EvmAddress Account, string Id, ulong Nonce, DateTimeOffset Since, bool AgainWhenDisplaced, IReadOnlyList<byte[]> Raw);
