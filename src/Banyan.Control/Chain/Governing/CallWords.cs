using System.Globalization;
using System.Numerics;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;

namespace Banyan.Control.Chain.Governing;

/// <summary>Says in words what a proposed call would do, by the contracts' ABI. Pure.</summary>
internal sealed class CallWords(PlatformState platform, ContractBook contracts, AccountNames names)
{
    /// <summary>What is shown of bytes that nobody can read.</summary>
    private const int Shown = 36;

    /// <summary>What it would do; several where it is a batch.</summary>
    public IReadOnlyList<CallMeaning> Of(EvmAddress target, ReadOnlySpan<byte> data)
    {
        if (!contracts.TryFind(target, out var contract))
            return [new($"calls {target}, which is none of the platform's contracts, with {Bytes(data)}", Grave: true)];
        foreach (var function in contract.Artifact.Abi.Functions)
        {
            if (data.Length < 4 || !function.TryDecodeInput(data, out var values, out _))
                continue;
            return function.Name == "batch" && contract == contracts.Organisations
                ? [.. ((object[])values[0]).Zip((object[])values[1]).SelectMany(c => Of((EvmAddress)c.First, (byte[])c.Second))]
                : [Meaning(contract, function, values)];
        }

        return [new($"calls the contract {contract.Word} with {Bytes(data)}, which this build can't read", Grave: true)];
    }

    private CallMeaning Meaning(ContractEntry contract, AbiFunction function, object[] values) => (contract.Word, function.Name) switch
    {
        (_, "upgradeToAndCall") => new($"upgrades the contract {contract.Word} to the code at {values[0]}{(values[1] is byte[] { Length: > 0 } call ? $", and calls it with {Bytes(call)}" : "")}", Grave: true),
        ("organisations", "addMember") => new($"lets the organisation {Name(values[1])} take part, with the account {values[0]}"),
        ("organisations", "removeMember") => new($"ends the part of {Who(values[0])}", Grave: true),
        ("organisations", "changeAccount") => new($"gives {Who(values[0])} another account: {values[1]}", Grave: true),
        ("organisations", "setThreshold") => new(string.Create(CultureInfo.InvariantCulture, $"asks for the approvals of {values[0]} organisations from then on"), Grave: true),
        ("organisations", "grantRole") => new($"grants the role {Role(values[0])} to {Who(values[1])}"),
        ("organisations", "revokeRole") => new($"revokes the role {Role(values[0])} of {Who(values[1])}", Grave: true),
        ("organisations", "unpause") => new("resumes everything that a guardian has paused"),
        ("anchors", "setWriter") => (bool)values[2]
            ? new($"lets {Who(values[1])} write the log of {names.Log(Hash(values[0]))}")
            : new($"takes the log of {names.Log(Hash(values[0]))} from {Who(values[1])}", Grave: true),
        ("approvals", "setPolicy") => new(string.Create(CultureInfo.InvariantCulture, $"asks for the approvals of {values[1]} organisations where a request is {AccountNames.Kind(Hash(values[0]))}"), Grave: true),
        ("identities", "recover") => new($"gives the identity {Hash(values[0])} to {Who(values[1])}", Grave: true),
        ("identities", "revoke") => new($"revokes the identity {Hash(values[0])} for good", Grave: true),
        _ => new($"calls {function.Name}({string.Join(", ", values.Select(Value))}) of the contract {contract.Word}", Grave: true),
    };

    private string Who(object account) => names.Of((EvmAddress)account);

    private string Name(object name) => AccountNames.Text(platform, (byte[])name);

    private static string Role(object role) => AccountNames.RoleName(Hash(role));

    private static EvmHash Hash(object value) => EvmHash.FromBytes((byte[])value);

    private static string Bytes(ReadOnlySpan<byte> data) => data.Length <= Shown ? HexText.Of(data) : string.Create(CultureInfo.InvariantCulture, $"{HexText.Of(data[..Shown])}… ({data.Length} bytes)");

    /// <summary>Texts come from whoever proposed: no control character of theirs reaches a terminal.</summary>
    private static string Value(object value) => value switch
    {
        byte[] bytes => Bytes(bytes),
        object[] items => $"[{string.Join(", ", items.Select(Value))}]",
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        string text => $"\"{string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c))}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}

/// <summary>What a call would do. Immutable.</summary>
/// <param name="Text">In words; goes on after "it".</param>
/// <param name="Grave">Whether it takes something away, changes code or who decides, or can't be read: not to be carried out by mistake.</param>
public sealed record CallMeaning(string Text, bool Grave = false);
