using System.Collections.Immutable;

namespace Banyan.Routing.Policies;

/// <summary>How a policy chooses among its branches. A branch is well where any of its targets is; a branch that is not is passed over.</summary>
public enum PolicyKind
{
    /// <summary>By the client's country; then <see cref="Policy.Otherwise"/>.</summary>
    Geographic,

    /// <summary>The quickest to answer.</summary>
    Latency,

    /// <summary>The nearest by distance.</summary>
    Nearest,

    /// <summary>By shares; a client keeps its branch as long as that is well.</summary>
    Weighted,

    /// <summary>The first that is well.</summary>
    Failover,

    /// <summary>Policies in the order in which they are asked; one that has nothing to say about a client passes it on.</summary>
    Precedence,
}

/// <summary>One way to choose. Immutable.</summary>
public sealed record Policy
{
    /// <summary>Unique among the policies; part of what decides which clients get which share, so that a rename moves them.</summary>
    public required string Name { get; init; }

    public required PolicyKind Kind { get; init; }

    /// <summary>What it chooses among, in order.</summary>
    public required ImmutableArray<PolicyBranch> Branches { get; init; }

    /// <summary>Where a geographic policy sends clients of no area of its own: a target or a policy; null: nowhere in particular.</summary>
    public string? Otherwise { get; init; }
}

/// <summary>A branch of a policy. Immutable.</summary>
/// <param name="To">A target or another policy.</param>
/// <param name="Share">For a weighted policy: its part, relative to the others; 0: only where nothing else is well.</param>
public sealed record PolicyBranch(string To, double Share = 1)
{
    /// <summary>For a geographic policy: the countries that it is for. Where no branch names any, a target is for the country that it is in.</summary>
    public ImmutableArray<CountryCode> Countries { get; init; } = [];

    /// <summary>The name by which it draws for clients, where that is another than <see cref="To"/>: what takes a branch's place takes its clients, and no others.</summary>
    public string? DrawsAs { get; init; }

    /// <summary>Bits that <see cref="PolicyChoice.Marks"/> has where a choice went this way; whoever counts choices tells them apart by it.</summary>
    public uint Mark { get; init; }
}

/// <summary>What is chosen in the end: a region, or a front door. Immutable.</summary>
public sealed record PolicyTarget(string Name)
{
    /// <summary>Where it is; null where that is not known, and then it is never the nearest.</summary>
    public Entry.GeoPoint? At { get; init; }

    /// <summary>The country that it is in.</summary>
    public CountryCode Country { get; init; }
}

/// <summary>Policies that belong together, before they are compiled. Immutable.</summary>
/// <param name="Targets">What can be chosen, in order of preference where nothing else says one.</param>
/// <param name="Policies">All of them.</param>
/// <param name="Root">The policy that is asked first.</param>
public sealed record PolicySet(ImmutableArray<PolicyTarget> Targets, ImmutableArray<Policy> Policies, string Root);
