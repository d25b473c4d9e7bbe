using System.Collections.Immutable;
using Banyan.Routing.Policies.Health;
using Banyan.Routing.Policies.Places;

namespace Banyan.Routing.Policies.Running;

/// <summary>Where a front door's policies come from. Immutable.</summary>
public sealed record PolicySource
{
    /// <summary>What can be chosen: the entry's regions, in the order of its map.</summary>
    public required ImmutableArray<PolicyTarget> Targets { get; init; }

    /// <summary>Reads policies and places; called once, beside what else starts, because files take their time.</summary>
    public required Func<LoadedPolicies> Load { get; init; }

    /// <summary>How regions get their clients back.</summary>
    public HealthDamping Damping { get; init; } = new();

    /// <summary>How often facts are looked at where nothing happens: shares grow with time while a region comes back.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long requests that need a policy wait at the start for the shifts of the consensus store; then they go on without.</summary>
    public TimeSpan StorePatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The nearest region for everyone.</summary>
    public static PolicySource Nearest(ImmutableArray<PolicyTarget> targets) => new() { Targets = targets, Load = () => new LoadedPolicies(BlueprintPolicies.Nearest(targets), PlaceTable.Empty, []) };
}

/// <summary>Policies as they were read. Immutable.</summary>
/// <param name="Set">The policies; free of problems.</param>
/// <param name="Places">Where networks are.</param>
/// <param name="Notes">What is worth saying about them, one line each.</param>
public sealed record LoadedPolicies(PolicySet Set, PlaceTable Places, ImmutableArray<string> Notes);
