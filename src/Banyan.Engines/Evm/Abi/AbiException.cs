namespace Banyan.Engines.Evm.Abi;

/// <summary>A description of an ABI that can't be read, or arguments that are not what it says: a mistake of the program, told with its place.</summary>
public sealed class AbiException(string message) : Exception(message);
