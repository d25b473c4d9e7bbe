using Banyan.Cells.Partitions;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>A database as it is wanted in this region. Immutable; compared by value.</summary>
internal sealed record KeptDatabase
{
    public required string Partition { get; init; }

    public required string Region { get; init; }

    /// <summary>Whether the partition's primary is to be here.</summary>
    public required bool IsPrimary { get; init; }

    /// <summary>The partition's epoch that the wish is of. A folder changes its role only for a higher one than its own.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>Of a primary: the region whose standby commits wait for; null: they wait for none.</summary>
    public string? Synchronous { get; init; }

    /// <summary>
    /// Of a primary: the partition switches away, and nobody may write any more: it is stopped with everything written and sent, and
    /// stays stopped (<see cref="KeptFacts.IsHandedOver"/>) until another wish.
    /// </summary>
    public bool HandOver { get; init; }

    /// <summary>The region's IPv4 address, at which a private instance listens.</summary>
    public string Address { get; init; } = RegionState.Loopback;

    /// <summary>Who may log in, as an IPv4 network; see <see cref="PostgresSettings.Clients"/>.</summary>
    public string Clients { get; init; } = RegionState.Loopback + "/32";

    /// <summary>Port of a private instance; null for one given by connection string.</summary>
    public int? Port { get; init; }

    /// <summary>Where the connection string is, for a database that is not ours.</summary>
    public string? ConnectionFrom { get; init; }

    /// <summary>Of a pair that was given by connection strings: where the other one is; null where it is alone, or Banyan's own.</summary>
    public GivenPeer? Peer { get; init; }

    /// <summary>Where a standby streams from; null for a primary, and for a standby of a primary that is not ours.</summary>
    public StandbySource? Source { get; init; }

    /// <summary>The region whose database <see cref="Source"/> is; null where there is no source.</summary>
    public string? SourceRegion { get; init; }

    /// <summary>The slots that a primary holds for its standbys.</summary>
    public IReadOnlyList<string> Slots { get; init; } = [];

    public string Name => $"{Partition}@{Region}";

    /// <summary>What a region runs as platform.json says, primaries first.</summary>
    public static IReadOnlyList<KeptDatabase> Of(PlatformState platform, string region) => Of(platform, region, static _ => null);

    /// <summary>What a region runs, primaries first.</summary>
    /// <param name="platform">Which databases there are, and where.</param>
    /// <param name="region">The region.</param>
    /// <param name="record">The record of a partition; null where there is none yet, and platform.json's beginning holds.</param>
    public static IReadOnlyList<KeptDatabase> Of(PlatformState platform, string region, Func<string, PartitionRecord?> record) =>
    [
        .. from partition in platform.Partitions
           from database in partition.Databases
           where database.Region == region
           let wanted = Of(platform, partition, database, record(partition.Name))
           orderby !wanted.IsPrimary
           select wanted,
    ];

    public bool Equals(KeptDatabase? other) => other is not null
        && (Partition, Region, IsPrimary, Epoch, Synchronous, HandOver) == (other.Partition, other.Region, other.IsPrimary, other.Epoch, other.Synchronous, other.HandOver)
        && (Address, Clients, Port, ConnectionFrom, Peer, Source, SourceRegion) == (other.Address, other.Clients, other.Port, other.ConnectionFrom, other.Peer, other.Source, other.SourceRegion)
        && Slots.SequenceEqual(other.Slots);

    public override int GetHashCode() => HashCode.Combine(Partition, Region, IsPrimary, Epoch);

    private static KeptDatabase Of(PlatformState platform, PartitionState partition, DatabaseState database, PartitionRecord? record)
    {
        var primaryRegion = record?.Primary ?? partition.Primary;
        var isPrimary = primaryRegion == database.Region;
        var primary = partition.Databases.FirstOrDefault(d => d.Region == primaryRegion);
        return new KeptDatabase
        {
            Partition = partition.Name,
            Region = database.Region,
            IsPrimary = isPrimary,
            Epoch = record?.Epoch ?? partition.Epoch,
            Synchronous = isPrimary && record is { Synchronous: true, InSync: [var first, ..] } ? first : null,
            Address = AddressOf(database.Region),
            Clients = platform.Networks?.Subnet ?? RegionState.Loopback + "/32",
            Port = database.Port,
            ConnectionFrom = database.ConnectionFrom,
            Peer = database.ConnectionFrom is null ? null : partition.Databases.Where(d => d.Region != database.Region && d.ConnectionFrom is not null).Select(static d => new GivenPeer(d.Region, d.ConnectionFrom!)).FirstOrDefault(),
            Source = !isPrimary && primary?.Port is { } port ? new StandbySource(AddressOf(primaryRegion), port, ReplicationSlot.NameOf(partition.Name, database.Region)) { ServerName = platform.Tls is null ? null : ProcessLinks.DatabaseServer(platform.Platform, primaryRegion).HostName } : null,
            SourceRegion = !isPrimary && primary?.Port is not null ? primaryRegion : null,
            Slots = isPrimary
                ? [.. partition.Databases.Where(d => d.Region != database.Region && d.Port is not null).Select(d => ReplicationSlot.NameOf(partition.Name, d.Region))]
                : [],
        };

        string AddressOf(string region) => platform.FindRegion(region)?.Address ?? RegionState.Loopback;
    }
}

/// <summary>The other database of a pair that was given by connection strings. Immutable.</summary>
/// <param name="Region">Its region.</param>
/// <param name="ConnectionFrom">Where its connection string is.</param>
internal sealed record GivenPeer(string Region, string ConnectionFrom);
