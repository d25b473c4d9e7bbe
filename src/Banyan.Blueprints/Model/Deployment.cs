using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>How the platform comes to run.</summary>
public sealed record Deployment : Element
{
    public Orchestrator? Orchestrator { get; init; }

    public Named<PlatformEnvironment> Environments { get; init; } = Named<PlatformEnvironment>.None;

    /// <summary>How a new version takes the place of the old.</summary>
    public IReadOnlyList<DeploymentStrategy> Strategies { get; init; } = [];

    /// <summary>How a bad version is taken back, such as <c>automatic</c>, <c>instant</c>.</summary>
    public string? Rollback { get; init; }

    public Migrations? Migrations { get; init; }

    public IReadOnlyList<Product> GitOps { get; init; } = [];

    /// <summary>Tools that describe the infrastructure.</summary>
    public IReadOnlyList<Product> Infrastructure { get; init; } = [];

    public IReadOnlyList<Product> Pipeline { get; init; } = [];

    /// <summary>What is done, in order.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>What a version must pass, by what it is about.</summary>
    public Named<IReadOnlyList<string>> Gates { get; init; } = Named<IReadOnlyList<string>>.None;

    /// <summary>Machines in each region.</summary>
    public Named<NodePool> NodePools { get; init; } = Named<NodePool>.None;

    public IReadOnlyList<Product> Providers { get; init; } = [];

    /// <summary>Whether regions take a new version together.</summary>
    public bool? Synchronized { get; init; }
}

/// <summary>What runs containers.</summary>
public sealed record Orchestrator : Element
{
    public IReadOnlyList<Product> Engines { get; init; } = [];

    /// <summary>Whether there is one in each region or one for the platform; null where nothing is said.</summary>
    public StoreScope? Per { get; init; }

    /// <summary>What is relied on of it.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    public IReadOnlyList<Product> Tools { get; init; } = [];

    public IReadOnlyList<Tier> Tiers { get; init; } = [];
}

/// <summary>How a new version takes the place of the old.</summary>
public enum DeploymentStrategy
{
    Rolling,
    BlueGreen,
    Canary,
    Recreate,
}

/// <summary>One place where the platform runs: for developers, for trial, for residents.</summary>
public sealed record PlatformEnvironment : NamedElement
{
    /// <summary>The variant that runs there; the main one where nothing is said.</summary>
    public string? Variant { get; init; }

    public IReadOnlyList<Product> On { get; init; } = [];

    /// <summary>The region that it runs in, where it runs in one.</summary>
    public string? Region { get; init; }

    public bool? Debug { get; init; }

    public string? LogLevel { get; init; }

    /// <summary>Whether a person lets each version in.</summary>
    public bool? Approved { get; init; }

    /// <summary>Where its stores are: <c>database</c> to <c>localhost</c>.</summary>
    public Named<string> Hosts { get; init; } = Named<string>.None;

    public IReadOnlyList<string> Savings { get; init; } = [];
}

/// <summary>How schemas change.</summary>
public sealed record Migrations : Element
{
    /// <summary>When they run in a deployment.</summary>
    public MigrationTime? When { get; init; }

    /// <summary>What runs them.</summary>
    public IReadOnlyList<string> By { get; init; } = [];
}

/// <summary>When migrations run.</summary>
public enum MigrationTime
{
    Before,
    During,
    After,
    ByHand,
}

/// <summary>Machines that are alike.</summary>
public sealed record NodePool : NamedElement
{
    public Range<Count>? Count { get; init; }

    /// <summary>The provider's machine type.</summary>
    public string? Machine { get; init; }

    /// <summary>What one machine has.</summary>
    public Resources? Resources { get; init; }

    /// <summary>What the disk is, such as <c>nvme</c>.</summary>
    public string? Disk { get; init; }

    /// <summary>The accelerator of a machine.</summary>
    public Product? Accelerator { get; init; }

    /// <summary>How many there may be; fixed where nothing is said.</summary>
    public Range<Count>? Autoscale { get; init; }

    /// <summary>How many of them run the control plane.</summary>
    public Range<Count>? ControlPlane { get; init; }
}
