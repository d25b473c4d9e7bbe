namespace Banyan.Cells.Records;

/// <summary>What a platform was brought up with. Immutable.</summary>
/// <param name="Blueprint">SHA-256 of the blueprint's text, in lower-case hex.</param>
/// <param name="Version">The version of banyan.</param>
public sealed record Deployment(string Blueprint, string Version);
