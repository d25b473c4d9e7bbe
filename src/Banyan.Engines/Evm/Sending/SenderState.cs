namespace Banyan.Engines.Evm.Sending;

/// <summary>How an account's sending gets on. Immutable.</summary>
/// <param name="Pending">Transactions under way.</param>
/// <param name="Oldest">When the oldest of them was first sent.</param>
/// <param name="NextNonce">The nonce of the next.</param>
/// <param name="Replaced">Transactions that were replaced by ones that pay more.</param>
/// <param name="Displaced">Transactions whose nonce somebody else's took.</param>
/// <param name="Problem">What stands in the way at present; null where nothing does.</param>
public sealed record SenderState(int Pending, DateTimeOffset? Oldest, ulong NextNonce, long Replaced, long Displaced, EvmError? Problem);
