using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;
using Banyan.Blueprints.Access;
using Banyan.Cells.Records;
using Banyan.Control.Chain;
using Banyan.Control.Credentials;
using Banyan.Control.Drills;
using Banyan.Control.Log;
using Banyan.Control.Notifications;
using Banyan.Engines.Certificates;

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

    /// <summary>Every front door, the first of them on <see cref="EntryPort"/>; empty in a folder of before there could be several, see <see cref="AllFrontDoors"/>.</summary>
    public IReadOnlyList<FrontDoorState> FrontDoors { get; init; } = [];

    /// <summary>Port at which the front doors answer DNS; null: they don't.</summary>
    public int? DnsPort { get; init; }

    /// <summary>The consensus store; null in a folder of before there was one, until the next <c>up</c>.</summary>
    public ConsensusState? Consensus { get; init; }

    /// <summary>The chain on which checkpoints are anchored; null where the blueprint asks for none.</summary>
    public ChainState? Chain { get; init; }

    /// <summary>How the platform's connections are secured; null where they are plain.</summary>
    public TlsState? Tls { get; init; }

    /// <summary>How this process reaches the others, and they it; null where connections are plain. Of this process, so not in the file: see <see cref="Certificates.ProcessLinks"/>.</summary>
    [JsonIgnore]
    public Links? Links { get; init; }

    /// <summary>The networks of their own that the regions have; null where all share this machine's loopback.</summary>
    public NetworksState? Networks { get; init; }

    /// <summary>Every region that runs here.</summary>
    public required IReadOnlyList<RegionState> Regions { get; init; }

    /// <summary>Every partition, with its databases.</summary>
    public required IReadOnlyList<PartitionState> Partitions { get; init; }

    /// <summary>What the blueprint promises, for <c>status</c>.</summary>
    public IReadOnlyList<ObjectiveState> Objectives { get; init; } = [];

    /// <summary><see cref="DrillsEverySeconds"/> where the blueprint says nothing: 30 days.</summary>
    public const double DefaultDrillsEverySeconds = 30 * 86400;

    /// <summary>How old the last passing drill of an objective may be for it to count as proven, in seconds.</summary>
    public double DrillsEverySeconds { get; init; } = DefaultDrillsEverySeconds;

    /// <summary>The drills that the blueprint names, in order; empty where it names none, see <see cref="ProgrammeRunner.Default"/>.</summary>
    public IReadOnlyList<ProgrammeItem> DrillProgramme { get; init; } = [];

    /// <summary>Where the root keys of personal data are; null in a folder of before there were any.</summary>
    public KeysState? Keys { get; init; }

    /// <summary>The public keys of its logs and witnesses; null where there are none: a folder of before, or no libsodium on this machine.</summary>
    public LogState? Log { get; init; }

    /// <summary>What the platform was brought up with; null in a folder of before that was kept.</summary>
    public Deployment? Deployment { get; init; }

    /// <summary>Who is told of what happens.</summary>
    public NotificationsState Notifications { get; init; } = new();

    /// <summary>Settings of services from the blueprint, such as <c>climate:retention</c> → <c>365d</c>; given to each cell.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The blueprint's services with their priorities, for deciding what a region sheds that carries more than it can; empty in a folder of before.</summary>
    public IReadOnlyList<ServiceState> Services { get; init => field = value ?? []; } = []; // null where it was written before there was any

    /// <summary>Who may do what, and how often, as cells go by it; null in a folder of before there was any, until the next <c>up</c>.</summary>
    public AccessModel? Access { get; init; }

    /// <summary>Whether cells ask who their callers are, and go by <see cref="Access"/>. Only with <see cref="Tls"/>: certificates say who the platform's own processes are.</summary>
    public bool AsksCallers { get; init; }

    /// <summary>The provider outside that says who callers are, where they are asked; null: the platform's own does.</summary>
    [JsonIgnore]
    public AccessIdentityProvider? OutsideProvider => AsksCallers ? Access?.IdentityProvider : null;

    /// <summary>What this process shows at a front door; null where it shows nothing. Of this process, so not in the file: see <see cref="Credentials.OperatorKey"/>.</summary>
    [JsonIgnore]
    public ApiCredential? Credential { get; init; }

    /// <summary>Every front door, also of a folder of before there could be several.</summary>
    public IReadOnlyList<FrontDoorState> AllFrontDoors() => FrontDoors is [] ? [new FrontDoorState(FrontDoorState.FirstName, EntryPort)] : FrontDoors;

    /// <summary>Finds a region by name; null where none has it.</summary>
    public RegionState? FindRegion(string name) => Regions.FirstOrDefault(r => r.Name == name);

    /// <summary>Finds a partition by name; null where none has it.</summary>
    public PartitionState? FindPartition(string name) => Partitions.FirstOrDefault(p => p.Name == name);
}

/// <summary>TLS 1.3 at the front doors, and between the platform's processes with certificates of its own authority.</summary>
/// <param name="Certificate">PEM file with the front doors' certificate and those that issued it; null: the platform's authority issues one.</param>
/// <param name="Key">PEM file with its private key.</param>
public sealed record TlsState(string? Certificate = null, string? Key = null);

/// <summary>An HTTP entry with a console: each reaches every cell, and can die without the others.</summary>
/// <param name="Name">Such as <c>front-door-2</c>.</param>
/// <param name="Port">Where it listens.</param>
public sealed record FrontDoorState(string Name, int Port)
{
    /// <summary>The name of the first.</summary>
    public const string FirstName = "front-door";

    /// <summary>The address of its own that a front door has where the platform serves names; by its index among them.</summary>
    public static IPAddress AddressOf(int index) => new([127, 0, 0, (byte)(index + 1)]);
}

/// <summary>Where the control plane agrees.</summary>
/// <param name="Kind"><c>single</c>: one process of ours, <c>banyan consensus</c>; <c>etcd</c>: members that <c>up</c> starts.</param>
/// <param name="Members">Its members; one where it is single.</param>
public sealed record ConsensusState(string Kind, IReadOnlyList<ConsensusMember> Members)
{
    /// <summary>Whether members of etcd speak TLS with each other: as the folder began.</summary>
    public bool SecurePeers { get; init; }

    /// <summary><see cref="Kind"/> of the store that is one process of ours.</summary>
    public const string Single = "single";

    /// <summary><see cref="Kind"/> of etcd.</summary>
    public const string Etcd = "etcd";
}

/// <summary>A member of the consensus store.</summary>
/// <param name="Name">Such as <c>consensus-1</c>.</param>
/// <param name="Port">Port for clients, at <see cref="Host"/>.</param>
/// <param name="PeerPort">Loopback port for the other members; null where there are none.</param>
public sealed record ConsensusMember(string Name, int Port, int? PeerPort = null)
{
    /// <summary>The IPv4 address at which it answers clients.</summary>
    public string Host { get; init; } = RegionState.Loopback;

    /// <summary>Where it answers clients.</summary>
    [JsonIgnore]
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://{Host}:{Port}"));
}

/// <summary>A promise of the blueprint.</summary>
/// <param name="Name">Its name, such as <c>rto</c>.</param>
/// <param name="Target">What the blueprint says, such as <c>15m</c>.</param>
public sealed record ObjectiveState(string Name, string Target);

/// <summary>
/// A network namespace for each region, joined by a router, which is one too: what <c>up --networks</c> makes. Front doors, the
/// consensus store and the <c>banyan</c> command stay in the machine's own. Immutable.
/// </summary>
/// <param name="Prefix">The first three numbers of its addresses: <c>198.18.7</c>.</param>
public sealed record NetworksState(string Prefix)
{
    /// <summary>Every address of it.</summary>
    [JsonIgnore]
    public string Subnet => $"{Prefix}.0/24";

    /// <summary>The machine's own address in it: where the consensus store answers.</summary>
    [JsonIgnore]
    public string Host => $"{Prefix}.1";

    /// <summary>The router's.</summary>
    [JsonIgnore]
    public string Router => $"{Prefix}.2";
}

/// <summary>A service of the blueprint, and what it takes of a region.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Priority">1 is the most important; null where the blueprint does not rank it.</param>
/// <param name="Weight">Its part beside the others', in any one unit.</param>
public sealed record ServiceState(string Name, int? Priority, decimal Weight);

/// <summary>A region on this machine: its processes' ports and its place.</summary>
public sealed record RegionState
{
    /// <summary>Where every region is that has no network of its own.</summary>
    public const string Loopback = "127.0.0.1";

    /// <summary>The IPv4 address at which its cell, its keeper and its databases listen, and from which they speak.</summary>
    public string Address { get; init; } = Loopback;

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

    /// <summary>Port of the cell, where it serves its own region's partition; for others see <see cref="DatabaseState.CellPort"/>.</summary>
    public required int CellPort { get; init; }

    /// <summary>Port of the keeper.</summary>
    public required int KeeperPort { get; init; }

    /// <summary>What happens when the region is lost.</summary>
    public FailoverState Failover { get; init; } = new();

    /// <summary>The address of something that listens there.</summary>
    public Uri Url(int port, string path = "/") => new(string.Create(CultureInfo.InvariantCulture, $"http://{Address}:{port}{path}"));

    /// <summary>The same, for a socket.</summary>
    public IPEndPoint EndPoint(int port) => new(IPAddress.Parse(Address), port);

    /// <summary>The load that its residents make, in per cent of the platform's whole; null where the blueprint does not say.</summary>
    public decimal? LoadPercent { get; init; }

    /// <summary>What it is provisioned for, in per cent of the platform's whole load; null where the blueprint does not say.</summary>
    public decimal? CapacityPercent { get; init; }
}

/// <summary>What the blueprint says should happen when a region is lost.</summary>
public sealed record FailoverState
{
    /// <summary><c>automatic</c>, <c>manual</c> (after approvals), <c>neighbour</c> (clients go there, no database moves) or <c>none</c>.</summary>
    public string Mode { get; init; } = "automatic";

    /// <summary>Whether its partition goes home by itself when the region is well again.</summary>
    public bool FailsBack { get; init; }

    /// <summary>Whether those approvals are transactions of organisations on the chain.</summary>
    public bool OnChain { get; init; }

    /// <summary>The roles whose approval is needed first, each once.</summary>
    public IReadOnlyList<string> Approvals { get; init; } = [];
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

    /// <summary><c>asynchronous</c> or <c>synchronous</c>: whether a commit waits for the standby.</summary>
    public string Replication { get; init; } = "asynchronous";

    /// <summary>What a synchronous primary does while its standby is gone: <c>degrade</c> (go on alone, visibly) or <c>block</c> (commits wait).</summary>
    public string StandbyGone { get; init; } = "degrade";

    /// <summary>How old the newest change of a standby may be for it to take over by itself, in seconds; null: any age.</summary>
    public double? RecoveryPointSeconds { get; init; }

    /// <summary>By the partition's record of this moment: in what way the region that it was moved to can't carry all of its load, in one line; null where it can. Not of the plan, so not in the file.</summary>
    [JsonIgnore]
    public string? Shortage { get; init; }
}

/// <summary>One database of a partition: a private instance, or one given by connection string.</summary>
public sealed record DatabaseState
{
    /// <summary>The region that runs it.</summary>
    public required string Region { get; init; }

    /// <summary>Port of a private instance; null for one given by connection string.</summary>
    public int? Port { get; init; }

    /// <summary>Port of the region's cell for this partition: it listens there always, and serves while its region is the primary.</summary>
    public int CellPort { get; init; }

    /// <summary>Where the connection string is, where the database is not ours: <c>env:NAME</c>, <c>file:/PATH</c>, or the string itself where it holds no password. A secret is never stored here.</summary>
    public string? ConnectionFrom { get; init; }
}
