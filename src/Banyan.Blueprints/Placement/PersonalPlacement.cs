using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Placement;

/// <summary>Where a region's partition may lie: it holds personal data, so the residency rules for that decide. Pure.</summary>
public static class PersonalPlacement
{
    /// <summary>The rules that hold for partitions: those that cover personal data, and those that a relational store falls under.</summary>
    public static IEnumerable<ResidencyRule> PartitionRules(this Blueprint blueprint)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        return blueprint.Residency.Values.Where(r => r.Covers.Contains("personal") || blueprint.Stores.Values.Any(s => s.Role == StoreRole.Relational && s.Residency == r.Name));
    }

    /// <summary>Whether anything that the platform holds tells of persons.</summary>
    public static bool HoldsPersonalData(this Blueprint blueprint)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        return blueprint.Services.Values.Any(static s => s.PersonalData == true) || blueprint.Stores.Values.Any(static s => s.PersonalData == true);
    }

    /// <summary>The rule that keeps the partition of a region out of a country; null where none does, or where it is not known in which country either lies.</summary>
    /// <param name="blueprint">The blueprint.</param>
    /// <param name="home">The region whose partition it is.</param>
    /// <param name="land">Where it would lie: ISO 3166-1 alpha-2.</param>
    public static ResidencyRule? KeepsOutOf(this Blueprint blueprint, Region home, string? land)
    {
        ArgumentNullException.ThrowIfNull(home);
        return land is null ? null : blueprint.PartitionRules().FirstOrDefault(r => !blueprint.Allows(r, home.Jurisdiction, land));
    }

    /// <summary>Whether a rule names a place, or an agreement, by which a partition may lie in a country that is not its home's.</summary>
    public static bool IsSettled(this Blueprint blueprint, string land)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        return blueprint.PartitionRules().Any(r => r.Within.Concat(r.Agreements).Any(w => blueprint.IsWithin(land, w) is true));
    }

    private static bool Allows(this Blueprint blueprint, ResidencyRule rule, string? home, string land) =>
        rule.Agreements.Any(a => blueprint.IsWithin(land, a) is true)
        || ((rule.Within.Count == 0 || rule.Within.Any(w => blueprint.IsWithin(land, w) is true or null))
            && (rule.HomeCountry != true || home is null || home == land));
}
