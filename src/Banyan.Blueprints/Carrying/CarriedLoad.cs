namespace Banyan.Blueprints.Carrying;

/// <summary>What a region has to carry, against what it is provisioned for. Both in per cent of the platform's whole load. Immutable.</summary>
/// <param name="Percent">The load; never negative.</param>
/// <param name="Capacity">What it is provisioned for; null where the blueprint does not say.</param>
public readonly record struct CarriedLoad(decimal Percent, decimal? Capacity)
{
    /// <summary>Whether it is more than the region can carry; never where nothing is known of its capacity.</summary>
    public bool IsShort => Capacity is { } capacity && Percent > capacity;
}
