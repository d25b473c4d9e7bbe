using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Credentials.Dids;

/// <summary>A key of a DID document (DID Core 1.0, section 5.2). Immutable.</summary>
/// <param name="Id">Its DID URL, which the <c>kid</c> of a signature names.</param>
/// <param name="Key">The key.</param>
public sealed record VerificationMethod(string Id, PublicJwk Key);
