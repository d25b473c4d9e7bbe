namespace Banyan.Blueprints.Carrying;

/// <summary>Which services a region has to do without so that it can carry what it must. Pure.</summary>
public static class LoadShedding
{
    /// <summary>
    /// Chooses by priority, the least important first, and no more than needed. Services of one priority go together: nobody has
    /// ranked them. Those of priority 1, and those that the blueprint does not rank, are never chosen.
    /// </summary>
    /// <param name="load">What the region would carry.</param>
    /// <param name="services">Every service, with what it takes.</param>
    public static ShedChoice Choose(CarriedLoad load, IReadOnlyList<ServiceLoad> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var whole = services.Sum(static s => s.Weight);
        var (shed, left) = (new List<string>(), load.Percent);
        if (!load.IsShort || whole <= 0)
            return new ShedChoice(shed, left);
        foreach (var level in services.Where(static s => s.Priority is > 1).GroupBy(static s => s.Priority!.Value).OrderByDescending(static l => l.Key))
        {
            if (left <= load.Capacity)
                break;
            shed.AddRange(level.Select(static s => s.Name).Order(StringComparer.Ordinal));
            left -= load.Percent * level.Sum(static s => s.Weight) / whole;
        }

        return new ShedChoice(shed, left);
    }
}

/// <summary>What a region does without. Immutable.</summary>
/// <param name="Services">Their names, the least important first; empty where it can carry all, or where none may be shed.</param>
/// <param name="Left">The load that is left, in per cent of the platform's whole.</param>
public sealed record ShedChoice(IReadOnlyList<string> Services, decimal Left);
