using System.Text.Json;
using Banyan.Testing;

namespace Banyan.Contracts.Tests;

/// <summary>Who calls a contract reads what it promises: every function, event and error of ours says so (NatSpec).</summary>
public sealed class DocumentationTests
{
    // Of OpenZeppelin's.
    private static readonly string[] Inherited =
    [
        "UPGRADE_INTERFACE_VERSION()", "proxiableUUID()", "upgradeToAndCall(address,bytes)", "eip712Domain()", "Initialized(uint64)", "Upgraded(address)", "EIP712DomainChanged()",
        "InvalidInitialization()", "NotInitializing()", "AddressEmptyCode(address)", "FailedCall()", "InsufficientBalance(uint256,uint256)", "InvalidShortString()", "StringTooLong(string)",
    ];

    [Theory]
    [InlineData("Organisations")]
    [InlineData("CheckpointAnchors")]
    [InlineData("IdentityRegistry")]
    [InlineData("Approvals")]
    public void Everything_SaysWhatItIs(string name)
    {
        using var built = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedVectors.Repository, "artifacts", "contracts", "contracts.json")));
        var contract = built.RootElement.GetProperty(name);
        var abi = Engines.Evm.Abi.ContractAbi.Read(contract.GetProperty("abi"));
        var told = contract.GetProperty("userdoc").EnumerateObject().Where(static s => s.Value.ValueKind == JsonValueKind.Object).SelectMany(static s => s.Value.EnumerateObject()).Select(static d => d.Name).ToHashSet();

        var silent = abi.Functions.Select(static f => f.Signature).Concat(abi.Events.Select(static e => e.Signature)).Concat(abi.Errors.Select(static e => e.Signature))
            .Where(s => !told.Contains(s) && !Inherited.Contains(s) && !s.StartsWith("ERC1967", StringComparison.Ordinal) && !s.StartsWith("UUPS", StringComparison.Ordinal) && !s.StartsWith("ECDSA", StringComparison.Ordinal));

        silent.ShouldBe([]);
    }
}
