namespace Banyan.Engines.Evm.Abi;

/// <summary>A parameter of a function, event or error, or a member of a tuple. Immutable.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name; empty where it has none.</param>
/// <param name="Indexed">Whether it is a topic of its event.</param>
public sealed record AbiParameter(AbiType Type, string Name = "", bool Indexed = false);
