using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>The ledger that several parties share.</summary>
public sealed record Chain : Element
{
    public string? Title { get; init; }

    /// <summary>The products that do the job; more than one where the plan leaves the choice open, the preferred first.</summary>
    public IReadOnlyList<Product> Engines { get; init; } = [];

    /// <summary>Who may take part; null where nothing is said.</summary>
    public ChainAccess? Access { get; init; }

    /// <summary>Ways to agree; more than one where the plan leaves the choice open.</summary>
    public IReadOnlyList<ConsensusKind> Consensus { get; init; } = [];

    /// <summary>Addresses of nodes that answer JSON-RPC, the preferred first; empty: <c>up</c> starts a node on this machine.</summary>
    public IReadOnlyList<string> At { get; init; } = [];

    /// <summary>What its first block says.</summary>
    public ChainGenesis? Genesis { get; init; }

    /// <summary>How those who may take part are known; null where nothing is said.</summary>
    public ChainPermissions? Permissions { get; init; }

    /// <summary>How checkpoints of the platform's logs are anchored on it; null: they are not, and <c>up</c> has no chain.</summary>
    public ChainAnchoring? Anchoring { get; init; }

    /// <summary>The kinds of its nodes: who they are and where.</summary>
    public Named<ChainNodes> Nodes { get; init; } = Named<ChainNodes>.None;

    /// <summary>What its contracts are for.</summary>
    public IReadOnlyList<string> Contracts { get; init; } = [];

    /// <summary>What is recorded on it.</summary>
    public IReadOnlyList<string> Holds { get; init; } = [];

    public bool? PersonalData { get; init; }

    public bool? Immutable { get; init; }

    /// <summary>Regions of the core that hold its whole state.</summary>
    public Range<Count>? Copies { get; init; }

    /// <summary>How its nodes talk.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];

    /// <summary>What its state is kept in.</summary>
    public IReadOnlyList<Product> Storage { get; init; } = [];

    /// <summary>What reaches it, such as <c>rpc</c>, <c>oracle-bridge</c>.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    public Objectives? Objectives { get; init; }

    public Backup? Backup { get; init; }

    /// <summary>How it is guarded.</summary>
    public IReadOnlyList<string> Security { get; init; } = [];

    /// <summary>What its contracts are written and tested with.</summary>
    public IReadOnlyList<Product> Tools { get; init; } = [];
}

/// <summary>Who may take part in a chain.</summary>
public enum ChainAccess
{
    Public,
    Permissioned,
}

/// <summary>How a chain's nodes agree.</summary>
public enum ConsensusKind
{
    ProofOfAuthority,
    ProofOfStake,
    ProofOfWork,
    Ibft,
    Qbft,
    Raft,
}

/// <summary>Nodes of a chain that are alike.</summary>
public sealed record ChainNodes : NamedElement
{
    public ChainNodeRole Role { get; init; }

    /// <summary>The tier whose regions have them.</summary>
    public Tier? Tier { get; init; }

    /// <summary>How many in each such region.</summary>
    public Range<Count>? PerSite { get; init; }

    public Resources? Resources { get; init; }
}

/// <summary>What a chain's node does.</summary>
public enum ChainNodeRole
{
    Validator,
    Replica,
    Light,
}

/// <summary>What the first block of a chain says, as far as it is to be chosen.</summary>
public sealed record ChainGenesis : Element
{
    /// <summary>The number that its transactions are signed for; null: one that is made of the platform's name.</summary>
    public long? Id { get; init; }

    /// <summary>Time between blocks; null: as the engine has it, and a node that <c>up</c> starts makes one when there is something to put in.</summary>
    public Duration? BlockTime { get; init; }

    /// <summary>The most gas of a block; null: as the engine has it.</summary>
    public Count? GasLimit { get; init; }
}

/// <summary>How a permissioned chain knows who may take part.</summary>
public sealed record ChainPermissions : Element
{
    /// <summary>Which nodes may join.</summary>
    public ChainPermission? Nodes { get; init; }

    /// <summary>Which accounts may send transactions.</summary>
    public ChainPermission? Accounts { get; init; }
}

/// <summary>Where it is written who may.</summary>
public enum ChainPermission
{
    /// <summary>Nowhere: anyone may.</summary>
    Open,

    /// <summary>In a list that each node has.</summary>
    Listed,

    /// <summary>In a contract on the chain.</summary>
    Contract,
}

/// <summary>How checkpoints are anchored.</summary>
public sealed record ChainAnchoring : Element
{
    /// <summary><see cref="Every"/> where nothing is said.</summary>
    public static readonly TimeSpan DefaultEvery = TimeSpan.FromSeconds(10);

    /// <summary>How often the newest checkpoint of each log is anchored, where it is new.</summary>
    public Duration? Every { get; init; }

    /// <summary>Blocks, its own included, after which an anchor counts as made; 1 where nothing is said.</summary>
    public int Confirmations { get; init; } = 1;
}
