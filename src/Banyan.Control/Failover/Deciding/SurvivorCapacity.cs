using System.Globalization;
using Banyan.Blueprints.Carrying;
using Banyan.Control.Platform;

namespace Banyan.Control.Failover.Deciding;

/// <summary>
/// Whether a region can carry a partition beside what it serves already, by the blueprint's figures, and which services it does
/// without where it can't. Pure. That it can't does not keep a partition from moving: see
/// docs/decisions/0330-availability-before-capacity.md.
/// </summary>
internal static class SurvivorCapacity
{
    /// <summary>Judges.</summary>
    /// <param name="platform">The figures, as <c>up</c> took them from the blueprint.</param>
    /// <param name="primaries">Where each partition is now; those not named are at home.</param>
    /// <param name="region">The region that carries the partition, or would.</param>
    /// <param name="partition">The partition; at home it takes nothing that its region was not planned for.</param>
    public static Carrying Judge(PlatformState platform, IReadOnlyDictionary<string, string> primaries, string region, string partition)
    {
        if (region == partition || platform.FindRegion(region) is not { } survivor)
            return Carrying.Enough;
        decimal load = 0;
        foreach (var each in platform.Partitions.Where(p => p.Name == partition || primaries.GetValueOrDefault(p.Name, p.Primary) == region))
        {
            if (platform.FindRegion(each.Name)?.LoadPercent is not { } part)
                return Carrying.Enough; // No figures, no judgement.
            load += part;
        }

        var carried = new CarriedLoad(load, survivor.CapacityPercent);
        if (!carried.IsShort)
            return Carrying.Enough;
        var choice = LoadShedding.Choose(carried, [.. platform.Services.Select(static s => new ServiceLoad(s.Name, s.Priority, s.Weight))]);
        var then = choice.Services.Count == 0 ? "nothing is shed, for the blueprint ranks no service below priority 1"
            : choice.Left <= carried.Capacity ? $"it sheds {string.Join(", ", choice.Services)}"
            : string.Create(CultureInfo.InvariantCulture, $"it sheds {string.Join(", ", choice.Services)}, and {choice.Left:0.##}% is left all the same");
        return new Carrying(choice.Services, string.Create(CultureInfo.InvariantCulture, $"{region} carries {load:0.##}% of the platform's load with a capacity of {carried.Capacity:0.##}%: {then}"));
    }
}

/// <summary>How a region stands to what it carries. Immutable.</summary>
/// <param name="Shed">The services that it does without, the least important first.</param>
/// <param name="Shortage">In what way it can't carry all of it, in one line; null where it can, or where the blueprint has no figures.</param>
internal sealed record Carrying(IReadOnlyList<string> Shed, string? Shortage)
{
    /// <summary>It can carry all of it, as far as the blueprint says.</summary>
    public static readonly Carrying Enough = new([], null);
}
