using System.Text.Json.Serialization;
using Banyan.Control.Chain;

namespace Banyan.Control.Status;

/// <summary>
/// A running platform as seen at one moment; what <c>banyan status --format json</c> prints (docs/cli.md) and the
/// console shows. Immutable.
/// </summary>
public sealed record PlatformStatus
{
    /// <summary>The platform's name in the blueprint.</summary>
    public required string Platform { get; init; }

    /// <summary>Every region that runs here, in the blueprint's order.</summary>
    public required IReadOnlyList<RegionStatus> Regions { get; init; }

    /// <summary>Where the world comes in.</summary>
    public required IReadOnlyList<FrontDoorStatus> FrontDoors { get; init; }

    /// <summary>What the blueprint promises, and what a drill has measured.</summary>
    public required IReadOnlyList<ObjectiveStatus> Objectives { get; init; }

    /// <summary>Gradual shifts of traffic, those that have ended too; empty where whoever asked does not look for them.</summary>
    public IReadOnlyList<ShiftStatus> Shifts { get; init; } = [];

    /// <summary>How the anchoring of checkpoints stands; null where the blueprint asks for none, or nobody has looked at the chain yet.</summary>
    public ChainStatus? Chain { get; init; }

    /// <summary>When this was seen.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>Every region and every front door serves.</summary>
    public bool Serving => Regions.All(static r => r.State == RegionServing.Serving) && FrontDoors.All(static d => d.State == RegionServing.Serving);
}

/// <summary>A region as seen at one moment.</summary>
public sealed record RegionStatus
{
    public required string Name { get; init; }

    /// <summary><c>core</c>, <c>regional</c> or <c>edge</c>.</summary>
    public required string Tier { get; init; }

    public required RegionServing State { get; init; }

    /// <summary>The region that holds the primary of this region's partition.</summary>
    public required string Primary { get; init; }

    /// <summary>The epoch of this region's partition.</summary>
    public required int Epoch { get; init; }

    /// <summary>How far the partition's best standby is behind, in bytes of the write-ahead log; null where that is not known or there is none.</summary>
    public long? LagBytes { get; init; }

    public string? Place { get; init; }

    public string? Jurisdiction { get; init; }

    /// <summary>Degrees, WGS 84.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees, WGS 84.</summary>
    public double? Longitude { get; init; }

    /// <summary>The region that holds the standby of this region's partition.</summary>
    public string? Standby { get; init; }

    /// <summary>One line that says why the state is not <c>serving</c>; null where it is.</summary>
    public string? Detail { get; init; }

    /// <summary>In what way the region that serves this one's residents can't carry all that it has been given, in one line; null where it can.</summary>
    public string? Shortage { get; init; }

    /// <summary>Whether someone should look at it though it serves: services are shed, or stranded changes wait for a decision.</summary>
    [JsonIgnore]
    public bool WantsSomeone => Shortage is not null || Cell is { Shed.Count: > 0 } or { Journal.Stranded: > 0 };

    /// <summary>The cell's own word; null where it did not answer.</summary>
    public CellReport? Cell { get; init; }

    /// <summary>True where the keeper answered.</summary>
    public bool KeeperAnswers { get; init; }

    /// <summary>The databases that the region's keeper runs: the primary of its partition and standbys of others. Empty where the keeper did not answer.</summary>
    public IReadOnlyList<DatabaseReport> Databases { get; init; } = [];

    /// <summary>What the cell does now; null until it has been seen twice.</summary>
    public RegionRates? Rates { get; init; }
}

/// <summary>Rates of a cell between two looks at its counters.</summary>
/// <param name="RequestsPerSecond">HTTP requests per second.</param>
/// <param name="ChangesPerSecond">Committed changes per second.</param>
/// <param name="ReadingsPerSecond">Accepted sensor readings per second.</param>
/// <param name="Alerts">Alerts accepted since the cell started.</param>
public sealed record RegionRates(double RequestsPerSecond, double ChangesPerSecond, double ReadingsPerSecond, long Alerts);

/// <summary>An entry to the platform.</summary>
/// <param name="Name">Its name: <c>http</c>.</param>
/// <param name="Address">Its base address.</param>
/// <param name="State"><see cref="RegionServing.Serving"/> or <see cref="RegionServing.Down"/>.</param>
public sealed record FrontDoorStatus(string Name, Uri Address, RegionServing State);

/// <summary>A promise of the blueprint.</summary>
/// <param name="Name">Its name, such as <c>rto</c>.</param>
/// <param name="Target">What the blueprint says, such as <c>15m</c>.</param>
/// <param name="Measured">What the last drill measured; null until one did.</param>
/// <param name="ProvenAt">When a drill last showed that it holds; null until then.</param>
/// <param name="Proven">That was not longer ago than the blueprint allows (<c>drills: { every: 30d }</c>).</param>
public sealed record ObjectiveStatus(string Name, string Target, string? Measured, DateTimeOffset? ProvenAt, bool Proven = false);

/// <summary>A gradual shift of a policy's traffic.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="From">What traffic leaves.</param>
/// <param name="To">Where it goes.</param>
/// <param name="Phase"><c>watching</c>, <c>done</c> or <c>returned</c>.</param>
/// <param name="Percent">The part that has gone.</param>
/// <param name="Why">What happened last, in one line.</param>
public sealed record ShiftStatus(string Policy, string From, string To, string Phase, double Percent, string Why);
