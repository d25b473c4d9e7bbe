namespace Banyan.Engines.Credentials.Dids;

/// <summary>What a DID document says of another address (DID Core 1.0, section 5.4). Immutable.</summary>
/// <param name="Id">Its DID URL.</param>
/// <param name="Type">What it is.</param>
/// <param name="Endpoint">Where it is: a URI.</param>
public sealed record DidService(string Id, string Type, string Endpoint);
