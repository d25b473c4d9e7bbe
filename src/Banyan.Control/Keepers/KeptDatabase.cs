using Banyan.Control.Platform;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>A database as the platform wants it in this region. Immutable.</summary>
internal sealed record KeptDatabase
{
    public required string Partition { get; init; }

    public required string Region { get; init; }

    /// <summary>Whether the partition's primary is to be here.</summary>
    public required bool IsPrimary { get; init; }

    /// <summary>Loopback port of a private instance; null for one given by connection string.</summary>
    public int? Port { get; init; }

    /// <summary>Where the connection string is, for a database that is not ours.</summary>
    public string? ConnectionFrom { get; init; }

    /// <summary>Where a standby streams from; null for a primary, and for a standby of a primary that is not ours.</summary>
    public StandbySource? Source { get; init; }

    /// <summary>The slots that a primary holds for its standbys.</summary>
    public IReadOnlyList<string> Slots { get; init; } = [];

    public string Name => $"{Partition}@{Region}";

    /// <summary>What a region runs, primaries first.</summary>
    public static IReadOnlyList<KeptDatabase> Of(PlatformState platform, string region) =>
    [
        .. from partition in platform.Partitions
           from database in partition.Databases
           where database.Region == region
           orderby partition.Primary != region
           select Of(partition, database),
    ];

    private static KeptDatabase Of(PartitionState partition, DatabaseState database)
    {
        var isPrimary = partition.Primary == database.Region;
        var primary = partition.Databases.FirstOrDefault(d => d.Region == partition.Primary);
        return new KeptDatabase
        {
            Partition = partition.Name,
            Region = database.Region,
            IsPrimary = isPrimary,
            Port = database.Port,
            ConnectionFrom = database.ConnectionFrom,
            Source = !isPrimary && primary?.Port is { } port ? new StandbySource("127.0.0.1", port, ReplicationSlot.NameOf(partition.Name, database.Region)) : null,
            Slots = isPrimary
                ? [.. partition.Databases.Where(d => d.Region != database.Region && d.Port is not null).Select(d => ReplicationSlot.NameOf(partition.Name, d.Region))]
                : [],
        };
    }
}
