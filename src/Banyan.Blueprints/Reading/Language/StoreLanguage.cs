using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How stores, their replication and backups are written.</summary>
internal static class StoreLanguage
{
    public static readonly ChoiceShape<StoreRole> Role = new("a store's role",
        ("relational", StoreRole.Relational), ("time-series", StoreRole.TimeSeries), ("document", StoreRole.Document), ("cache", StoreRole.Cache), ("stream", StoreRole.Stream),
        ("search", StoreRole.Search), ("object", StoreRole.Object), ("vector", StoreRole.Vector), ("chain", StoreRole.Chain), ("block", StoreRole.Block), ("file", StoreRole.File),
        ("model", StoreRole.Model), ("registry", StoreRole.Registry));

    public static readonly ChoiceShape<StoreScope> Scope = new("a scope", ("platform", StoreScope.Platform), ("region", StoreScope.Region));

    public static readonly ChoiceShape<ReplicationMode> ReplicationMode = new("a way to replicate",
        ("synchronous", Model.ReplicationMode.Synchronous), ("asynchronous", Model.ReplicationMode.Asynchronous), ("streaming", Model.ReplicationMode.Streaming), ("consensus", Model.ReplicationMode.Consensus), ("none", Model.ReplicationMode.None));

    public static readonly ChoiceShape<StandbyGone> StandbyGone = new("what to do alone", ("degrade", Model.StandbyGone.Degrade), ("block", Model.StandbyGone.Block));

    public static readonly MapShape<Replication> Replication = new MapShape<Replication>("replication", "How a store's copies follow: one word, or in full.", new())
        .Short(ReplicationMode, (r, v) => r with { Mode = v })
        .Key("mode", ReplicationMode, "Whether a write waits for its copies: synchronous, asynchronous, streaming (not said), consensus or none.", (r, v) => r with { Mode = v })
        .Key("to", Names, "The regions that hold copies, beyond the store's own.", (r, v) => r with { To = v })
        .Key("cross_region", Bool, "Whether copies lie in other regions, where these are not named.", (r, v) => r with { CrossRegion = v })
        .Key("copies", Counts, "Copies in each of these regions.", (r, v) => r with { Copies = v })
        .Key("lag", Time, "How far a copy may lag behind.", (r, v) => r with { Lag = v })
        .Key("alone", StandbyGone, "What a primary whose writes wait does while its copy is gone: degrade (go on alone, visibly) or block.", (r, v) => r with { Alone = v })
        .Key("signs_alone", Time, "How long the log waits for a copy that is gone, before it signs checkpoints without it: 1m to 30d; left out, for as long as it takes.", (r, v) => r with { SignsAlone = v })
        .Key("by", Products, "What does it.", (r, v) => r with { By = v })
        .Key("serves_reads", Bool, "Whether the copies answer reads.", (r, v) => r with { ServesReads = v });

    public static readonly ChoiceShape<BackupScope> BackupScope = new("a place for backups",
        ("same-region", Model.BackupScope.SameRegion), ("other-region", Model.BackupScope.OtherRegion), ("other-provider", Model.BackupScope.OtherProvider), ("many-nodes", Model.BackupScope.ManyNodes));

    public static readonly MapShape<BackupPlace> BackupPlace = new MapShape<BackupPlace>("backup-place", "Where copies are kept: one word, or in full.", new())
        .Short(BackupScope, (p, v) => p with { Scope = v })
        .Key("scope", BackupScope, "How far from the original: same-region, other-region, other-provider or many-nodes.", (p, v) => p with { Scope = v })
        .Key("regions", Names, "The regions, where they are named.", (p, v) => p with { Regions = v })
        .Key("jurisdiction", Country, "The country whose law holds there, where it is none of the platform's regions.", (p, v) => p with { Jurisdiction = v })
        .Key("tier", TierWord, "The tier that keeps them.", (p, v) => p with { Tier = v })
        .Key("on", Products, "What they are kept in, such as s3.", (p, v) => p with { On = v })
        .Key("provider", ProductText, "Who runs it.", (p, v) => p with { Provider = v })
        .Key("copies", Counts, "How many places keep one.", (p, v) => p with { Copies = v });

    public static readonly MapShape<Backup> Backup = new MapShape<Backup>("backup", "Copies kept for the day when everything else is lost.", new()).Described()
        .Key("of", Names, "Stores, the chain or other things that it copies; left out where the name says it.", (b, v) => b with { Of = v })
        .Key("every", Rhythm, "How often: 1h, 1d, or continuous.", (b, v) => b with { Every = v })
        .Key("snapshots", Rhythm, "How often a whole copy is made beside a continuous one.", (b, v) => b with { Snapshots = v })
        .Key("keep", KeepTime, "How long each is kept: 30d, 7y, or forever.", (b, v) => b with { Keep = v })
        .Key("where", BackupPlace, "Where they are kept.", (b, v) => b with { Where = v })
        .Key("point_in_time", Bool, "Whether any moment between two copies can be restored.", (b, v) => b with { PointInTime = v })
        .Key("encrypted", Bool, "Whether they are encrypted.", (b, v) => b with { Encrypted = v })
        .Key("tested", Bool, "Whether restoring is tried regularly.", (b, v) => b with { Tested = v })
        .Key("by", Products, "What makes them.", (b, v) => b with { By = v });

    public static readonly NamedShape<Backup> Backups = new(Name, Backup);

    public static readonly MapShape<Encryption> Encryption = new MapShape<Encryption>("encryption", "What is encrypted, and by which means.", new())
        .Key("at_rest", Word, "The cipher of stored data; yes where it is not named.", (e, v) => e with { AtRest = v })
        .Key("in_transit", Word, "The protocol between machines; yes where it is not named.", (e, v) => e with { InTransit = v })
        .Key("keys", Names, "What keeps the keys.", (e, v) => e with { Keys = v })
        .Key("rotation", Word, "How keys are changed, such as automatic.", (e, v) => e with { Rotation = v });

    public static readonly MapShape<Topics> Topics = new MapShape<Topics>("topics", "Topics of a stream.", new())
        .Key("each", Names, "Groups whose services have a topic each.", (t, v) => t with { Each = v })
        .Key("shared", Names, "Topics of their own.", (t, v) => t with { Shared = v });

    public static readonly MapShape<Store> Store = Layout(new MapShape<Store>("store", "Something that keeps data.", new()).Described()
        .Required("role", Role, "Its job: relational, time-series, document, cache, stream, search, object, vector, chain, block, file, model or registry.", (s, v) => s with { Role = v })
        .Key("engine", Products, "The product that does the job, such as postgresql 15; a list where the choice is open, the preferred first.", (s, v) => s with { Engines = v })
        .Key("extensions", Products, "Extensions and modules of the engine.", (s, v) => s with { Extensions = v })
        .Key("features", Names, "Features of the engine that are relied on.", (s, v) => s with { Features = v })
        .Key("holds", Words, "What is kept in it.", (s, v) => s with { Holds = v })
        .Key("personal_data", Bool, "Whether that is data about persons.", (s, v) => s with { PersonalData = v })
        .Key("immutable", Bool, "Whether what is in it can never be changed or deleted.", (s, v) => s with { Immutable = v })
        .Key("residency", Name, "The rule under 'residency' that its data falls under.", (s, v) => s with { Residency = v })
        .Key("keep", KeepTime, "How long records are kept.", (s, v) => s with { Keep = v })
        .Key("keep_per", Name, "What may have a time of its own to be kept, such as bucket.", (s, v) => s with { KeepPer = v })
        .Key("ingest", Rates, "Records that arrive, over all regions.", (s, v) => s with { Ingest = v })
        .Key("record_size", Bytes, "What one record takes on disk.", (s, v) => s with { RecordSize = v })
        .Key("rollups", Bool, "Whether older records are condensed.", (s, v) => s with { Rollups = v })
        .Key("eviction", Name, "What a full cache drops first, such as lru.", (s, v) => s with { Eviction = v })
        .Key("topics", Topics, "Topics of a stream.", (s, v) => s with { Topics = v })
        .Key("backup", Backup, "Copies of it.", (s, v) => s with { Backup = v })
        .Key("encryption", Encryption, "What is encrypted.", (s, v) => s with { Encryption = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of it.", (s, v) => s with { Objectives = v })
        .Key("can_become", Names, "What it can be turned into later.", (s, v) => s with { CanBecome = v })
        .Key("planned", Name, "The roadmap item that brings it; left out where it exists today.", (s, v) => s with { Planned = v }));

    public static readonly NamedShape<Store> Stores = new(Name, Store);

    /// <summary>Where its nodes are and how its copies follow.</summary>
    private static MapShape<Store> Layout(MapShape<Store> store) => store
        .Key("per", Scope, "Whether there is one in each region or one for the platform.", (s, v) => s with { Per = v })
        .Key("regions", Names, "The regions that have it, where it is not in all.", (s, v) => s with { Regions = v })
        .Key("tiers", Tiers, "The tiers that have it, where it is not in all.", (s, v) => s with { Tiers = v })
        .Key("nodes", Counts, "Nodes or brokers of one such store.", (s, v) => s with { Nodes = v })
        .Key("masters", Small, "How many of the nodes take writes.", (s, v) => s with { Masters = v })
        .Key("replicas", Small, "How many of the nodes copy them.", (s, v) => s with { Replicas = v })
        .Key("coordinators", Small, "Nodes that only coordinate, such as dedicated masters of a search cluster.", (s, v) => s with { Coordinators = v })
        .Key("replication_factor", Positive, "How many copies of each record there are.", (s, v) => s with { ReplicationFactor = v })
        .Key("quorum", Positive, "How many nodes must agree on a write.", (s, v) => s with { Quorum = v })
        .Key("multi_zone", Bool, "Whether it is spread over the zones of its region.", (s, v) => s with { MultiZone = v })
        .Key("clustered", Bool, "Whether several nodes work as one, where their number is not said.", (s, v) => s with { Clustered = v })
        .Key("primary", Name, "The region that takes the writes, where one does for all.", (s, v) => s with { Primary = v })
        .Key("replication", Replication, "How its copies follow.", (s, v) => s with { Replication = v })
        .Key("failover", PromiseLanguage.Policy, "What happens when its primary is lost; else failover.database holds.", (s, v) => s with { Failover = v })
        .Key("partitioned_by", Names, "What it is partitioned by, such as region or time.", (s, v) => s with { PartitionedBy = v })
        .Key("partitions", Positive, "How many partitions there are.", (s, v) => s with { Partitions = v })
        .Key("sharded_by", Names, "What it is sharded by.", (s, v) => s with { ShardedBy = v })
        .Key("node_storage", Bytes, "Disk of each node.", (s, v) => s with { NodeStorage = v })
        .Key("disk", Word, "What the disks are, such as ssd.", (s, v) => s with { Disk = v })
        .Key("expandable", Bool, "Whether the disks can grow.", (s, v) => s with { Expandable = v })
        .Key("size", Bytes, "All its data in one region.", (s, v) => s with { Size = v })
        .Key("node_memory", Bytes, "Memory of each node.", (s, v) => s with { NodeMemory = v })
        .Key("machine", Word, "The provider's machine type of a node.", (s, v) => s with { Machine = v })
        .Key("pool", Name, "The node pool that its nodes run on.", (s, v) => s with { Pool = v });
}
