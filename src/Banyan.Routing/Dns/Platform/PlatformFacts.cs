using System.Collections.Immutable;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;

namespace Banyan.Routing.Dns.Platform;

/// <summary>How a platform is at one moment, as far as its names depend on it. Immutable.</summary>
/// <param name="Regions">Which regions are well, in the order of <see cref="PlatformNames.Regions"/>.</param>
/// <param name="DoorsWell">Which front doors answer, in the order of <see cref="PlatformNames.Doors"/>.</param>
public sealed record PlatformFacts(PolicyFacts Regions, ImmutableArray<bool> DoorsWell)
{
    /// <summary>The policies of this moment: the zone's, where null.</summary>
    public PolicyModel? Model { get; init; }

    /// <summary>Where networks are: as the zone has it, where null.</summary>
    public PlaceTable? Places { get; init; }
}

/// <summary>Holds the facts that answers go by. Readers take <see cref="Current"/> once and never wait. Thread-safe.</summary>
public sealed class PlatformFactsState(PlatformFacts first)
{
    private PlatformFacts _current = first;

    /// <summary>The facts of this moment.</summary>
    public PlatformFacts Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
