using Banyan.Blueprints.Access;
using Banyan.Control.Drills;
using Banyan.Control.Notifications;

namespace Banyan.Control.Platform.Planning;

/// <summary>What a blueprint asks to be run, before this machine has its say. Immutable.</summary>
/// <param name="Name">The platform's name.</param>
/// <param name="Regions">Every region and site, in the blueprint's order.</param>
/// <param name="Objectives">What it promises.</param>
/// <param name="Settings">Settings of services: <c>climate:retention</c> → <c>365d</c>.</param>
public sealed record PlannedPlatform(
    string Name,
    IReadOnlyList<PlannedRegion> Regions,
    IReadOnlyList<ObjectiveState> Objectives,
    IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>How old the last passing drill of an objective may be for it to count as proven, in seconds.</summary>
    public double DrillsEverySeconds { get; init; } = PlatformState.DefaultDrillsEverySeconds;

    /// <summary>See <see cref="PlatformState.Services"/>.</summary>
    public IReadOnlyList<ServiceState> Services { get; init; } = [];

    /// <summary>See <see cref="PlatformState.DrillProgramme"/>.</summary>
    public IReadOnlyList<ProgrammeItem> DrillProgramme { get; init; } = [];

    /// <summary>See <see cref="PlatformState.Access"/>.</summary>
    public AccessModel? Access { get; init; }

    /// <summary>The chain that it asks for; null where it asks for none.</summary>
    public PlannedChain? Chain { get; init; }

    /// <summary>Who is told of what happens.</summary>
    public NotificationsState Notifications { get; init; } = new();
}

/// <summary>A region as the blueprint has it.</summary>
public sealed record PlannedRegion
{
    public required string Name { get; init; }

    /// <summary><c>core</c>, <c>regional</c> or <c>edge</c>.</summary>
    public required string Tier { get; init; }

    public string? Place { get; init; }

    public string? Jurisdiction { get; init; }

    /// <summary>The jurisdictions in which its partition may not lie, by the blueprint's rules of residency.</summary>
    public IReadOnlySet<string> KeptOutOf { get; init; } = System.Collections.Frozen.FrozenSet<string>.Empty;

    /// <summary>Degrees, WGS 84.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees, WGS 84.</summary>
    public double? Longitude { get; init; }

    /// <summary>The region that holds the standby of its partition; null where the blueprint names none.</summary>
    public string? Standby { get; init; }

    /// <summary>What happens when it is lost.</summary>
    public FailoverState Failover { get; init; } = new();

    /// <summary>See <see cref="PartitionState.Replication"/>.</summary>
    public bool Synchronous { get; init; }

    /// <summary>See <see cref="PartitionState.StandbyGone"/>.</summary>
    public bool BlocksAlone { get; init; }

    /// <summary>See <see cref="PartitionState.RecoveryPointSeconds"/>.</summary>
    public double? RecoveryPointSeconds { get; init; }

    /// <summary>See <see cref="RegionState.LoadPercent"/>.</summary>
    public decimal? LoadPercent { get; init; }

    /// <summary>See <see cref="RegionState.CapacityPercent"/>.</summary>
    public decimal? CapacityPercent { get; init; }

    /// <summary>Where the connection string of its database is, in place of one that Banyan runs; see <see cref="DatabaseState.ConnectionFrom"/>.</summary>
    public string? Connection { get; init; }

    /// <summary>Where the connection string of that database's standby is; null where there is none.</summary>
    public string? StandbyConnection { get; init; }
}

/// <summary>A chain as the blueprint has it.</summary>
/// <param name="Id">The number that its transactions are signed for.</param>
/// <param name="At">Addresses of its nodes; empty: one on this machine.</param>
/// <param name="EverySeconds">How often checkpoints are anchored.</param>
/// <param name="Confirmations">Blocks after which an anchor counts as made.</param>
public sealed record PlannedChain(long Id, IReadOnlyList<string> At, double EverySeconds, int Confirmations)
{
    /// <summary>See <see cref="Chain.ChainState.BlockSeconds"/>.</summary>
    public double? BlockSeconds { get; init; }

    /// <summary>See <see cref="Chain.ChainState.GasLimit"/>.</summary>
    public long? GasLimit { get; init; }
}
