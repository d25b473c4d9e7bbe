using System.Globalization;
using System.Text.Json.Serialization;
using Banyan.Control.Platform;

namespace Banyan.Control.Chain;

/// <summary>The chain on which a platform's checkpoints are anchored. Immutable.</summary>
public sealed record ChainState
{
    /// <summary>The port of the node that <c>up</c> starts on this machine; null where nodes are named in <see cref="At"/>.</summary>
    public int? Port { get; init; }

    /// <summary>The address of the node that <c>up</c> starts.</summary>
    public string Host { get; init; } = RegionState.Loopback;

    /// <summary>Addresses of nodes that others run, the preferred first; empty where <c>up</c> starts one.</summary>
    public IReadOnlyList<string> At { get; init; } = [];

    /// <summary>The number that transactions are signed for; a node that says another is not used.</summary>
    public required long Id { get; init; }

    /// <summary>Seconds between the blocks of a node that <c>up</c> starts; null: a block when there is something to put in.</summary>
    public double? BlockSeconds { get; init; }

    /// <summary>The most gas of a block of such a node; null: as it has it.</summary>
    public long? GasLimit { get; init; }

    /// <summary>How often new checkpoints are anchored, in seconds.</summary>
    public required double EverySeconds { get; init; }

    /// <summary>Blocks, its own included, after which an anchor counts as made.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>Where the contracts are or will be: they follow from the deployer's account, so they are known before any of them is there. Null before the first <c>up</c> that had a chain.</summary>
    public ContractAddresses? Contracts { get; init; }

    /// <summary>The accounts of the platform's regions.</summary>
    public IReadOnlyList<ChainAccount> Accounts { get; init => field = value ?? []; } = [];

    /// <summary>Whether <c>up</c> starts the node.</summary>
    [JsonIgnore]
    public bool IsLocal => At.Count == 0;

    /// <summary>Every node, the preferred first.</summary>
    [JsonIgnore]
    public IReadOnlyList<Uri> Nodes => IsLocal ? [new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{Host}:{Port}"))] : [.. At.Select(static a => new Uri(a))];
}

/// <summary>The addresses of a platform's contracts, with the checksum of EIP-55.</summary>
/// <param name="Organisations">Who takes part, and who has which role.</param>
/// <param name="Anchors">The checkpoints.</param>
/// <param name="Identities">Identities by hash.</param>
/// <param name="Approvals">What several parties must approve.</param>
public sealed record ContractAddresses(string Organisations, string Anchors, string Identities, string Approvals);

/// <summary>The accounts of a region on the chain; their keys are in its secrets folder.</summary>
/// <param name="Region">The region.</param>
/// <param name="Keeper">With which its keeper anchors, and carries out what was approved.</param>
/// <param name="Organisation">With which the organisation that runs it approves.</param>
public sealed record ChainAccount(string Region, string Keeper, string Organisation);
