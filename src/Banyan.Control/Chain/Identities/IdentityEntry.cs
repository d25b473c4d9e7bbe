namespace Banyan.Control.Chain.Identities;

/// <summary>What the chain has of an identity. Immutable.</summary>
/// <param name="Controller">The account that may change it.</param>
/// <param name="Version">How often its document was entered.</param>
/// <param name="Revoked">Whether it was revoked, for good.</param>
/// <param name="Document">SHA-256 of its DID document.</param>
/// <param name="UpdatedAt">When it was changed last, by the chain's clock.</param>
public sealed record IdentityEntry(string Controller, long Version, bool Revoked, ReadOnlyMemory<byte> Document, DateTimeOffset UpdatedAt);
