namespace Banyan.Engines.Evm.Sending;

/// <summary>The block in which a flight was last seen: what is believed once the block has its confirmations and is still there. Immutable.</summary>
/// <param name="Number">The block's height.</param>
/// <param name="Block">The block's hash.</param>
internal sealed record Sighting(ulong Number, EvmHash Block);
