using System.Collections.Immutable;

namespace Banyan.Routing.Policies;

/// <summary>What is known about a target at one moment.</summary>
/// <param name="Well">It takes clients.</param>
/// <param name="Ramp">Which part of its share it takes, 0 to 1: below 1 while it comes back after it was lost.</param>
public readonly record struct TargetFacts(bool Well, double Ramp = 1)
{
    /// <summary>It takes all of its share.</summary>
    public static TargetFacts AllOfIt { get; } = new(true);

    /// <summary>It takes none.</summary>
    public static TargetFacts Lost { get; } = new(false);
}

/// <summary>What is known about every target at one moment, and how quick each is. Immutable.</summary>
public sealed record PolicyFacts(ImmutableArray<TargetFacts> Targets)
{
    /// <summary>Round trips that were measured, in milliseconds, by country of the client and index of the target; where there is none, it is guessed from the distance.</summary>
    public ImmutableDictionary<(CountryCode Country, int Target), double> Measured { get; init; } = ImmutableDictionary<(CountryCode, int), double>.Empty;

    /// <summary>Everything is well.</summary>
    public static PolicyFacts AllWell(int targets) => new([.. Enumerable.Repeat(TargetFacts.AllOfIt, targets)]);
}

/// <summary>What is known about a client.</summary>
/// <param name="Key">The same client has the same, and so gets the same answer as long as the facts are the same.</param>
/// <param name="Country">The country that it is in.</param>
/// <param name="At">Where it is; null where that is not known.</param>
public readonly record struct ClientFacts(ulong Key, CountryCode Country = default, Entry.GeoPoint? At = null);
