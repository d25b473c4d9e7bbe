using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>What holds for every region of a tier.</summary>
public sealed record TierPlan : NamedElement
{
    public Tier Tier { get; init; }

    public Objectives? Objectives { get; init; }

    /// <summary>What happens when one of its regions fails.</summary>
    public FailoverPolicy? Failover { get; init; }

    /// <summary>How much is spare in it.</summary>
    public Redundancy? Redundancy { get; init; }

    /// <summary>Regions of the tier that serve.</summary>
    public Range<Count>? Active { get; init; }

    /// <summary>Regions of the tier that wait.</summary>
    public Range<Count>? Standby { get; init; }

    /// <summary>What stands in each of its regions.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>Data that each of its regions holds, by what it is for; under <c>local</c> where only one is given.</summary>
    public Named<Range<ByteSize>> Storage { get; init; } = Named<Range<ByteSize>>.None;

    /// <summary>Room for backups as a multiple of the primary storage.</summary>
    public decimal? BackupFactor { get; init; }

    /// <summary>Machines in each of its regions.</summary>
    public Named<NodePool> Nodes { get; init; } = Named<NodePool>.None;

    public IReadOnlyList<Link> Links { get; init; } = [];
}

/// <summary>Spare parts: <c>none</c>, <c>n+1</c>, <c>n+2</c> or <c>2n</c>.</summary>
public enum Redundancy
{
    None,
    NPlusOne,
    NPlusTwo,
    TwoN,
}

/// <summary>A connection to other regions.</summary>
public sealed record Link : Element
{
    /// <summary>The tier, pattern, region or external system at the other end.</summary>
    public string To { get; init; } = "";

    public Range<Bandwidth>? Bandwidth { get; init; }

    /// <summary>What carries it, such as <c>internet</c> or <c>dedicated</c>.</summary>
    public string? Over { get; init; }

    /// <summary>Whether a second way exists.</summary>
    public bool? Redundant { get; init; }

    /// <summary>Round trip time.</summary>
    public Duration? Latency { get; init; }
}
