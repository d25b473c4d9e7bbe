using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Something that keeps data.</summary>
public sealed record Store : NamedElement
{
    public StoreRole Role { get; init; }

    /// <summary>The products that do the job; more than one where the plan leaves the choice open, the preferred first.</summary>
    public IReadOnlyList<Product> Engines { get; init; } = [];

    /// <summary>Extensions and modules of the engine.</summary>
    public IReadOnlyList<Product> Extensions { get; init; } = [];

    /// <summary>What is kept in it.</summary>
    public IReadOnlyList<string> Holds { get; init; } = [];

    /// <summary>Whether that is data about persons; null where nothing is said.</summary>
    public bool? PersonalData { get; init; }

    /// <summary>Whether what is in it can never be changed or deleted.</summary>
    public bool? Immutable { get; init; }

    /// <summary>Whether there is one in each region or one for the platform; null where nothing is said.</summary>
    public StoreScope? Per { get; init; }

    /// <summary>The regions that have it, where it is not in all.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>The tiers that have it, where it is not in all.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [];

    /// <summary>Nodes (of brokers too) of one such store.</summary>
    public Range<Count>? Nodes { get; init; }

    /// <summary>How many of the nodes take writes.</summary>
    public int? Masters { get; init; }

    /// <summary>How many of the nodes copy them.</summary>
    public int? Replicas { get; init; }

    /// <summary>Nodes that only coordinate, such as a search cluster's dedicated masters.</summary>
    public int? Coordinators { get; init; }

    /// <summary>How many copies of each record there are.</summary>
    public int? ReplicationFactor { get; init; }

    /// <summary>How many nodes must agree on a write.</summary>
    public int? Quorum { get; init; }

    /// <summary>Whether one such store is spread over the zones of its region.</summary>
    public bool? MultiZone { get; init; }

    /// <summary>Whether several nodes work as one, where their number is not said.</summary>
    public bool? Clustered { get; init; }

    /// <summary>The region that takes the writes, where one does for all.</summary>
    public string? Primary { get; init; }

    public Replication? Replication { get; init; }

    /// <summary>What happens when its primary is lost; else the platform's policy for databases holds.</summary>
    public FailoverPolicy? Failover { get; init; }

    /// <summary>What it is partitioned by, such as <c>region</c>, <c>time</c>.</summary>
    public IReadOnlyList<string> PartitionedBy { get; init; } = [];

    /// <summary>How many partitions there are.</summary>
    public int? Partitions { get; init; }

    /// <summary>What it is sharded by.</summary>
    public IReadOnlyList<string> ShardedBy { get; init; } = [];

    /// <summary>How long records are kept.</summary>
    public Retention? Keep { get; init; }

    /// <summary>What may have a time of its own to be kept, such as <c>bucket</c>.</summary>
    public string? KeepPer { get; init; }

    /// <summary>Disk of each node.</summary>
    public Range<ByteSize>? NodeStorage { get; init; }

    /// <summary>What the disks are, such as <c>ssd</c>.</summary>
    public string? Disk { get; init; }

    /// <summary>Whether the disks can grow.</summary>
    public bool? Expandable { get; init; }

    /// <summary>All its data, over its nodes, in one region.</summary>
    public Range<ByteSize>? Size { get; init; }

    /// <summary>Memory of each node.</summary>
    public Range<ByteSize>? NodeMemory { get; init; }

    /// <summary>The provider's machine type of a node.</summary>
    public string? Machine { get; init; }

    /// <summary>The node pool that its nodes run on.</summary>
    public string? Pool { get; init; }

    /// <summary>Records that arrive, over all regions.</summary>
    public Range<Rate>? Ingest { get; init; }

    /// <summary>What one record takes on disk.</summary>
    public Range<ByteSize>? RecordSize { get; init; }

    /// <summary>Whether older records are condensed.</summary>
    public bool? Rollups { get; init; }

    /// <summary>What a full cache drops first, such as <c>lru</c>.</summary>
    public string? Eviction { get; init; }

    /// <summary>Topics of a stream: the groups that have one for each of their services, and single ones.</summary>
    public Topics? Topics { get; init; }

    /// <summary>The rule of <see cref="Blueprint.Residency"/> that its data falls under.</summary>
    public string? Residency { get; init; }

    public Backup? Backup { get; init; }

    public Encryption? Encryption { get; init; }

    public Objectives? Objectives { get; init; }

    /// <summary>What it can be turned into later.</summary>
    public IReadOnlyList<string> CanBecome { get; init; } = [];

    /// <summary>Features of the engine that are relied on.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The roadmap item that brings it; null where it exists today.</summary>
    public string? Planned { get; init; }
}

/// <summary>The job of a store.</summary>
public enum StoreRole
{
    Relational,
    TimeSeries,
    Document,
    Cache,
    Stream,
    Search,
    Object,
    Vector,
    Chain,
    Block,
    File,
    Model,
    Registry,
}

/// <summary>How many of a store there are.</summary>
public enum StoreScope
{
    Platform,
    Region,
}

/// <summary>Topics of a stream.</summary>
public sealed record Topics : Element
{
    /// <summary>Groups whose services have a topic each.</summary>
    public IReadOnlyList<string> Each { get; init; } = [];

    /// <summary>Topics of their own.</summary>
    public IReadOnlyList<string> Shared { get; init; } = [];
}
