namespace Banyan.Control.Platform;

/// <summary>
/// What <c>up</c> decided about this run of a platform, written to <c>platform.json</c> in the data folder before any
/// process starts; keepers, cells, the front door and <c>status</c> read it. Immutable.
/// </summary>
public sealed record PlatformState
{
    /// <summary>The format of the data folder that this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format of the data folder.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The platform's name in the blueprint.</summary>
    public required string Platform { get; init; }

    /// <summary>Random, made once per data folder; children carry it so that none of another platform is touched.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The major version of PostgreSQL that made the databases, such as 15; null where all are given by connection string.</summary>
    public int? PostgresMajor { get; init; }

    /// <summary>Port of the HTTP entry and the console.</summary>
    public required int EntryPort { get; init; }

    /// <summary>Every region that runs here.</summary>
    public required IReadOnlyList<RegionState> Regions { get; init; }

    /// <summary>Every partition, with its databases.</summary>
    public required IReadOnlyList<PartitionState> Partitions { get; init; }

    /// <summary>What the blueprint promises, for <c>status</c>.</summary>
    public IReadOnlyList<ObjectiveState> Objectives { get; init; } = [];

    /// <summary>Settings of services from the blueprint, such as <c>climate:retention</c> → <c>365d</c>; given to each cell.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Finds a region by name; null where none has it.</summary>
    public RegionState? FindRegion(string name) => Regions.FirstOrDefault(r => r.Name == name);

    /// <summary>Finds a partition by name; null where none has it.</summary>
    public PartitionState? FindPartition(string name) => Partitions.FirstOrDefault(p => p.Name == name);
}

/// <summary>A promise of the blueprint.</summary>
/// <param name="Name">Its name, such as <c>rto</c>.</param>
/// <param name="Target">What the blueprint says, such as <c>15m</c>.</param>
public sealed record ObjectiveState(string Name, string Target);

/// <summary>A region on this machine: its processes' ports and its place.</summary>
public sealed record RegionState
{
    public required string Name { get; init; }

    /// <summary><c>core</c>, <c>regional</c> or <c>edge</c>.</summary>
    public required string Tier { get; init; }

    public string? Place { get; init; }

    public string? Jurisdiction { get; init; }

    /// <summary>Degrees, WGS 84; null where the blueprint does not say.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees, WGS 84; null where the blueprint does not say.</summary>
    public double? Longitude { get; init; }

    /// <summary>The region that holds the standby of this region's partition; null where there is none.</summary>
    public string? Standby { get; init; }

    /// <summary>Loopback port of the cell.</summary>
    public required int CellPort { get; init; }

    /// <summary>Loopback port of the keeper.</summary>
    public required int KeeperPort { get; init; }
}

/// <summary>A partition and where its databases are.</summary>
public sealed record PartitionState
{
    public required string Name { get; init; }

    /// <summary>Grows each time the primary moves; 1 at first.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>The region whose database is the primary.</summary>
    public required string Primary { get; init; }

    public required IReadOnlyList<DatabaseState> Databases { get; init; }
}

/// <summary>One database of a partition: a private instance, or one given by connection string.</summary>
public sealed record DatabaseState
{
    /// <summary>The region that runs it.</summary>
    public required string Region { get; init; }

    /// <summary>Loopback port of a private instance; null for one given by connection string.</summary>
    public int? Port { get; init; }

    /// <summary>Name of the environment variable or file that holds the connection string, where the database is not ours. The string itself is a secret and is never stored here.</summary>
    public string? ConnectionFrom { get; init; }
}
