using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How regions, patterns of sites, tiers and the network between them are written.</summary>
internal static class RegionLanguage
{
    public static readonly MapShape<Resources> Resources = new MapShape<Resources>("resources", "What one instance or machine gets.", new())
        .Key("cpu", Cores, "Processor cores: 2, 0.5 or 500m.", (r, v) => r with { Cpu = v })
        .Key("memory", Bytes, "Memory.", (r, v) => r with { Memory = v })
        .Key("gpu", Counts, "Accelerators.", (r, v) => r with { Gpu = v })
        .Key("disk", Bytes, "Disk.", (r, v) => r with { Disk = v });

    public static readonly MapShape<NodePool> NodePool = new MapShape<NodePool>("node-pool", "Machines that are alike.", new()).Described()
        .Key("count", Counts, "How many there are in each region.", (p, v) => p with { Count = v })
        .Key("machine", Word, "The provider's machine type.", (p, v) => p with { Machine = v })
        .Key("resources", Resources, "What one machine has.", (p, v) => p with { Resources = v })
        .Key("disk", Word, "What the disk is, such as nvme.", (p, v) => p with { Disk = v })
        .Key("accelerator", ProductText, "The accelerator of a machine.", (p, v) => p with { Accelerator = v })
        .Key("autoscale", Counts, "How many there may be; fixed where nothing is said.", (p, v) => p with { Autoscale = v })
        .Key("control_plane", Counts, "How many of them run the control plane.", (p, v) => p with { ControlPlane = v });

    public static readonly NamedShape<NodePool> NodePools = new(Name, NodePool);

    public static readonly MapShape<Link> Link = new MapShape<Link>("link", "A connection to other regions.", new())
        .Required("to", Name, "The tier, pattern, region or external system at the other end.", (l, v) => l with { To = v })
        .Key("bandwidth", Bandwidths, "What it carries.", (l, v) => l with { Bandwidth = v })
        .Key("over", Word, "What carries it, such as internet or dedicated.", (l, v) => l with { Over = v })
        .Key("redundant", Bool, "Whether a second way exists.", (l, v) => l with { Redundant = v })
        .Key("latency", Time, "Round trip time.", (l, v) => l with { Latency = v });

    public static readonly ChoiceShape<Redundancy> Redundancy = new("a redundancy", ("none", Model.Redundancy.None), ("n+1", Model.Redundancy.NPlusOne), ("n+2", Model.Redundancy.NPlusTwo), ("2n", Model.Redundancy.TwoN));

    public static readonly ChoiceShape<RegionRole> Role = new("a role", ("primary", RegionRole.Primary), ("secondary", RegionRole.Secondary), ("active", RegionRole.Active), ("standby", RegionRole.Standby));

    public static readonly CapacityShape Capacity = new();

    public static readonly ConnectionShape Connection = new();

    public static readonly MapShape<RegionDatabase> Database = new MapShape<RegionDatabase>("region-database", "A PostgreSQL database that takes the place of one that Banyan runs itself.", new())
        .Short(Connection, (d, v) => d with { Connection = v })
        .Required("connection", Connection, "Where its connection string is: env:NAME, file:/PATH, or the string itself without a password.", (d, v) => d with { Connection = v })
        .Key("standby", Connection, "Where the connection string of its standby is, in the region that 'standby' names: a streaming replica that is set up already.", (d, v) => d with { Standby = v });

    public static readonly MapShape<Region> Region = new MapShape<Region>("region", "A place that serves residents.", new()).Described()
        .Key("tier", TierWord, "core, regional (the default) or edge.", (r, v) => r with { Tier = v })
        .Key("site", Name, "The pattern under 'sites' that it is one site of; gives what the region does not say.", (r, v) => r with { Site = v })
        .Key("at", Word, "The city or country that it stands in.", (r, v) => r with { At = v })
        .Key("coordinates", LatLon, "Latitude and longitude.", (r, v) => r with { Coordinates = v })
        .Key("jurisdiction", Country, "The country whose law holds there.", (r, v) => r with { Jurisdiction = v })
        .Key("countries", Countries, "The countries whose residents have their home there.", (r, v) => r with { Countries = v })
        .Key("residents", Counts, "People whose home it is.", (r, v) => r with { Residents = v })
        .Key("standby", Name, "The region that holds the standby of this region's data.", (r, v) => r with { Standby = v })
        .Key("database", Database, "A PostgreSQL database that takes the place of one that Banyan runs itself: env:NAME, file:/PATH, or a connection string without a password.", (r, v) => r with { Database = v })
        .Key("role", Role, "What it is among the others.", (r, v) => r with { Role = v })
        .Key("share", Share, "Its part of the platform's traffic in usual times.", (r, v) => r with { Share = v })
        .Key("capacity", Capacity, "What it is provisioned for: full, reduced, minimal, or a share of the platform's whole load.", (r, v) => r with { Capacity = v })
        .Key("takes_over", Share, "The part of the platform's whole load that it is said to carry when others fail.", (r, v) => r with { TakesOver = v })
        .Key("zones", Counts, "Availability zones.", (r, v) => r with { Zones = v })
        .Key("provider", ProductText, "Who runs the machines.", (r, v) => r with { Provider = v })
        .Key("provider_region", Word, "The provider's name of it.", (r, v) => r with { ProviderRegion = v })
        .Key("components", Words, "What stands in it, where that differs from other regions.", (r, v) => r with { Components = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of it.", (r, v) => r with { Objectives = v })
        .Key("failover", PromiseLanguage.Policy, "What happens when it fails; else its tier's, else the platform's policy holds.", (r, v) => r with { Failover = v })
        .Key("storage", Storage, "Data that it can hold, by what it is for.", (r, v) => r with { Storage = v })
        .Key("planned", Name, "The roadmap item that brings it; left out where it exists today.", (r, v) => r with { Planned = v });

    public static readonly NamedShape<Region> Regions = new(Name, Region);

    /// <summary>The most sites of a platform: rules and plans walk over each.</summary>
    public const int MaxSites = 100_000;

    private static readonly QuantityError TooManySites = new("that are more sites than Banyan plans for", $"a platform has {MaxSites} sites at most");
    private static readonly QuantityShape<Count> SiteCount = new(c => c.Value <= MaxSites ? null : TooManySites);
    private static readonly QuantityShape<Range<Count>> SiteCounts = new(c => (c.High ?? c.Low).Value <= MaxSites ? null : TooManySites);

    public static readonly MapShape<SitePattern> SitePattern = new MapShape<SitePattern>("site-pattern", "Many sites at once. The regions that name the pattern are among its count.", new()).Described()
        .Required("count", SiteCounts, "How many there are: 250, 10..15 or 250+.", (s, v) => s with { Count = v })
        .Key("planned", SiteCount, "The number that is planned with, where the count is a range; else the low end is.", (s, v) => s with { Planned = v })
        .Key("tier", TierWord, "The tier of its sites; else the tier of its name, else edge.", (s, v) => s with { Tier = v })
        .Key("near", Name, "The tier or pattern whose sites they attach to.", (s, v) => s with { Near = v })
        .Key("storage", Storage, "Data that each can hold, by what it is for.", (s, v) => s with { Storage = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of each.", (s, v) => s with { Objectives = v })
        .Key("failover", PromiseLanguage.Policy, "What happens when one fails; else the tier's policy holds.", (s, v) => s with { Failover = v })
        .Key("links", new ListShape<Link>(Link), "Connections to other regions.", (s, v) => s with { Links = v });

    public static readonly NamedShape<SitePattern> Sites = new(Name, SitePattern);

    public static readonly MapShape<TierPlan> TierPlan = new MapShape<TierPlan>("tier", "What holds for every region of a tier.", new()).Described()
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of each of its regions.", (t, v) => t with { Objectives = v })
        .Key("failover", PromiseLanguage.Policy, "What happens when one of its regions fails.", (t, v) => t with { Failover = v })
        .Key("redundancy", Redundancy, "How much is spare: none, n+1, n+2 or 2n.", (t, v) => t with { Redundancy = v })
        .Key("active", Counts, "Regions of the tier that serve.", (t, v) => t with { Active = v })
        .Key("standby", Counts, "Regions of the tier that wait.", (t, v) => t with { Standby = v })
        .Key("components", Words, "What stands in each of its regions.", (t, v) => t with { Components = v })
        .Key("storage", Storage, "Data that each of its regions holds, by what it is for.", (t, v) => t with { Storage = v })
        .Key("backup_factor", Factor, "Room for backups as a multiple of the primary storage.", (t, v) => t with { BackupFactor = v })
        .Key("nodes", NodePools, "Machines in each of its regions.", (t, v) => t with { Nodes = v })
        .Key("links", new ListShape<Link>(Link), "Connections to other regions.", (t, v) => t with { Links = v });

    public static readonly NamedShape<TierPlan> Tiers = new(new TextShape("a tier", "(?:core|regional|edge)", t => TierWord.Choices.Any(c => c.Word == t), "core, regional or edge", ReadRules.Name), TierPlan);

    public static readonly MapShape<Network> Network = new MapShape<Network>("network", "How regions are wired.", new())
        .Key("addresses", Cidr, "Addresses of a region, such as 10.0.0.0/16.", (n, v) => n with { Addresses = v })
        .Key("subnets", WordsByName, "Kinds of subnets and what stands in each.", (n, v) => n with { Subnets = v })
        .Key("uses", Words, "How regions and people reach each other.", (n, v) => n with { Uses = v })
        .Key("products", Products, "What does it.", (n, v) => n with { Products = v });
}
