using Banyan.Engines.Evm;

namespace Banyan.Control.Chain.Deploying;

/// <summary>One contract that is made, at an address that is known beforehand. Immutable.</summary>
/// <param name="Name">For people, such as <c>CheckpointAnchors (proxy)</c>.</param>
/// <param name="Nonce">The deployer's nonce of it; with the deployer's account it gives the address.</param>
/// <param name="Address">Where it will be.</param>
/// <param name="InitCode">What makes it.</param>
internal sealed record DeploymentStep(string Name, ulong Nonce, EvmAddress Address, byte[] InitCode);
