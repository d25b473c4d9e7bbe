using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Events;

/// <summary>A block of which all was told. Immutable.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its name, by which it is seen whether it is still there.</param>
/// <param name="Logs">What was told of it: what is taken back where it is not.</param>
public sealed record SeenBlock(ulong Number, EvmHash Hash, IReadOnlyList<EvmLog> Logs);
