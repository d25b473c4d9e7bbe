using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>A place that serves residents, or one site of a pattern.</summary>
public sealed record Region : NamedElement
{
    /// <summary>Its own tier, else that of its pattern, else regional.</summary>
    public Tier Tier { get; init; } = Tier.Regional;

    /// <summary>The pattern that it is one site of; null where it stands alone.</summary>
    public string? Site { get; init; }

    /// <summary>The city or country that it stands in.</summary>
    public string? At { get; init; }

    public Coordinates? Coordinates { get; init; }

    /// <summary>The country whose law holds there: ISO 3166-1 alpha-2.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>The countries whose residents have their home there: ISO 3166-1 alpha-2.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>People whose home it is.</summary>
    public Range<Count>? Residents { get; init; }

    /// <summary>The region that holds the standby of this region's partition; null where none is named. Not resolved by the reader.</summary>
    public string? Standby { get; init; }

    /// <summary>The database that takes the place of one that Banyan runs itself; null where Banyan does.</summary>
    public RegionDatabase? Database { get; init; }

    /// <summary>What it is among the others; null where all are alike.</summary>
    public RegionRole? Role { get; init; }

    /// <summary>Its part of the platform's traffic in usual times.</summary>
    public Percentage? Share { get; init; }

    /// <summary>What it is provisioned for.</summary>
    public Capacity? Capacity { get; init; }

    /// <summary>The part of the platform's whole load that it is said to carry when others fail: 100% for all of it.</summary>
    public Percentage? TakesOver { get; init; }

    /// <summary>Availability zones.</summary>
    public Range<Count>? Zones { get; init; }

    /// <summary>Who runs the machines, such as <c>aws</c>.</summary>
    public Product? Provider { get; init; }

    /// <summary>The provider's name of it, such as <c>us-east-1</c>.</summary>
    public string? ProviderRegion { get; init; }

    /// <summary>What stands in it, where that differs from other regions.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    public Objectives? Objectives { get; init; }

    /// <summary>What happens when it fails; else its tier's, else the platform's policy holds.</summary>
    public FailoverPolicy? Failover { get; init; }

    /// <summary>Data that it can hold, by what it is for; under <c>local</c> where only one is given.</summary>
    public Named<Range<ByteSize>> Storage { get; init; } = Named<Range<ByteSize>>.None;

    /// <summary>The roadmap item that brings it; null where it exists today.</summary>
    public string? Planned { get; init; }

    /// <summary>Whether it was made from a pattern rather than written on its own.</summary>
    public bool Generated { get; init; }
}

/// <summary>What a region is among the others.</summary>
public enum RegionRole
{
    /// <summary>Takes the platform's changes; others follow it.</summary>
    Primary,

    /// <summary>Follows the primary and serves reads.</summary>
    Secondary,

    /// <summary>Serves beside others that are its equals.</summary>
    Active,

    /// <summary>Waits until another fails.</summary>
    Standby,
}

/// <summary>What a region is provisioned for: a word, or a share of the platform's whole load.</summary>
/// <param name="Level">The word; null where a share is given.</param>
/// <param name="Share">The share; 100 % for <see cref="CapacityLevel.Full"/>; null where only <c>reduced</c> or <c>minimal</c> is said.</param>
public sealed record Capacity(CapacityLevel? Level, Percentage? Share);

/// <summary>How much a region is provisioned for, where no number is given.</summary>
public enum CapacityLevel
{
    Full,
    Reduced,
    Minimal,
}
