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
