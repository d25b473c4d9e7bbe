using System.Diagnostics.CodeAnalysis;
using Banyan.Control.Chain.Contracts;
using Banyan.Engines.Evm;

namespace Banyan.Control.Chain.Governing;

/// <summary>A platform's contracts: their names, where they are, and what they offer. Immutable.</summary>
internal sealed class ContractBook
{
    private readonly ContractArtifacts _artifacts;

    public ContractBook(ContractAddresses addresses, ContractArtifacts artifacts)
    {
        _artifacts = artifacts;
        Organisations = Entry("organisations", "Organisations", addresses.Organisations);
        Anchors = Entry("anchors", "CheckpointAnchors", addresses.Anchors);
        Identities = Entry("identities", "IdentityRegistry", addresses.Identities);
        Approvals = Entry("approvals", "Approvals", addresses.Approvals);
        All = [Organisations, Anchors, Identities, Approvals];
    }

    public ContractEntry Organisations { get; }

    public ContractEntry Anchors { get; }

    public ContractEntry Identities { get; }

    public ContractEntry Approvals { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<ContractEntry> All { get; }

    /// <summary>By its word, such as <c>anchors</c>, or its name in Solidity.</summary>
    public ContractEntry? Find(string name) => All.FirstOrDefault(c => c.Word == name || c.Artifact.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>By where it is.</summary>
    public bool TryFind(EvmAddress address, [NotNullWhen(true)] out ContractEntry? found) => (found = All.FirstOrDefault(c => c.Address == address)) is not null;

    private ContractEntry Entry(string word, string name, string address) => new(word, _artifacts[name], EvmAddress.Parse(address));
}

/// <summary>One of them. Immutable.</summary>
/// <param name="Word">What people call it.</param>
/// <param name="Artifact">What it offers, as this build has it.</param>
/// <param name="Address">Where its proxy is.</param>
internal sealed record ContractEntry(string Word, ContractArtifact Artifact, EvmAddress Address)
{
    /// <summary>A call of it.</summary>
    public ChainCall Call(string function, params IReadOnlyList<object> arguments) => new(Address, Artifact.Abi.Function(function).Encode(arguments));
}

/// <summary>A call of a contract. Immutable.</summary>
/// <param name="Target">The contract.</param>
/// <param name="Data">Selector and arguments.</param>
internal sealed record ChainCall(EvmAddress Target, ReadOnlyMemory<byte> Data);
