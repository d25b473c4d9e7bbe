namespace Banyan.Engines.Evm.Curve;

/// <summary>An ECDSA signature on secp256k1 with which the signer's public key is recovered. Immutable.</summary>
/// <param name="R">The first half.</param>
/// <param name="S">The second half; at most half the group's order (EIP-2), or nodes refuse it.</param>
/// <param name="YParity">0 or 1: which of two points has <paramref name="R"/> as its x.</param>
public readonly record struct EvmSignature(UInt256 R, UInt256 S, byte YParity);
