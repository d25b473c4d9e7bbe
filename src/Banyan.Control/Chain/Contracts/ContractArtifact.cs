using System.Text.Json;
using Banyan.Engines.Evm.Abi;

namespace Banyan.Control.Chain.Contracts;

/// <summary>A compiled contract. Immutable.</summary>
/// <param name="Name">Its name in Solidity.</param>
/// <param name="Abi">What it offers.</param>
/// <param name="Bytecode">What makes it; the constructor's arguments follow.</param>
internal sealed record ContractArtifact(string Name, ContractAbi Abi, byte[] Bytecode)
{
    /// <summary>The data of the transaction that makes it.</summary>
    public byte[] InitCode(params IReadOnlyList<object> arguments) => [.. Bytecode, .. Abi.Constructor.Encode(arguments)];

    /// <summary>Reads one entry of what <c>contracts/build.mjs</c> wrote.</summary>
    public static ContractArtifact Read(JsonProperty entry) => new(
        entry.Name,
        ContractAbi.Read(entry.Value.GetProperty("abi")),
        Convert.FromHexString(entry.Value.GetProperty("bytecode").GetString()!.AsSpan(2)));
}
