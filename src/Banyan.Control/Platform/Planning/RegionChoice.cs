namespace Banyan.Control.Platform.Planning;

/// <summary>
/// Which regions of a blueprint run on this machine: all of them, or where they are too many a few of each tier, with
/// every standby inside the choice. Pure.
/// </summary>
/// <param name="Regions">The chosen ones, in the blueprint's order.</param>
/// <param name="Notes">What differs from the blueprint, one line each.</param>
internal sealed record RegionChoice(IReadOnlyList<PlannedRegion> Regions, IReadOnlyList<string> Notes)
{
    /// <summary>Two cores carry this many cells with their databases well.</summary>
    public const int DefaultLimit = 6;

    private static readonly string[] Tiers = ["core", "regional", "edge"];

    /// <summary>Chooses.</summary>
    /// <param name="all">Every region of the blueprint, in its order.</param>
    /// <param name="limit">The most that may run; at least 1.</param>
    public static RegionChoice Make(IReadOnlyList<PlannedRegion> all, int limit)
    {
        var notes = new List<string>();
        var chosen = all.Count <= limit ? [.. all] : Condense(all, limit);
        if (chosen.Count < all.Count)
            notes.Add($"condensed: {chosen.Count} of {all.Count} regions run here ({string.Join("; ", Tiers.Select(t => Summary(t, all, chosen)).Where(static s => s.Length > 0))})");
        return new RegionChoice(PointStandbys(chosen, notes), notes);
    }

    private static string Summary(string tier, IReadOnlyList<PlannedRegion> all, List<PlannedRegion> chosen)
    {
        var count = all.Count(r => r.Tier == tier);
        var names = chosen.Where(r => r.Tier == tier).Select(static r => r.Name).ToList();
        return count == 0 ? "" : $"{names.Count} of {count} {tier}: {(names.Count == 0 ? "none" : string.Join(", ", names))}";
    }

    /// <summary>As even a share of each tier as can be had; in a tier a region is followed by its standby, so that pairs stay together.</summary>
    private static List<PlannedRegion> Condense(IReadOnlyList<PlannedRegion> all, int limit)
    {
        var tiers = Tiers.Select(t => all.Where(r => r.Tier == t).ToList()).Where(static t => t.Count > 0).ToList();
        var share = new int[tiers.Count];
        for (var given = 0; given < limit;)
        {
            for (var i = 0; i < share.Length && given < limit; i++)
            {
                if (share[i] < tiers[i].Count)
                    (share[i], given) = (share[i] + 1, given + 1);
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < share.Length; i++)
        {
            var byName = tiers[i].ToDictionary(static r => r.Name, StringComparer.Ordinal);
            var left = share[i];
            foreach (var region in tiers[i])
            {
                for (var next = region; left > 0 && next is not null && names.Add(next.Name); left--)
                    next = next.Standby is null ? null : byName.GetValueOrDefault(next.Standby);
            }
        }

        return [.. all.Where(r => names.Contains(r.Name))];
    }

    private static List<PlannedRegion> PointStandbys(List<PlannedRegion> chosen, List<string> notes)
    {
        var held = chosen.ToDictionary(static r => r.Name, r => chosen.Count(o => o.Standby == r.Name), StringComparer.Ordinal);
        var result = new List<PlannedRegion>(chosen.Count);
        foreach (var region in chosen)
        {
            if (region.Standby is not null && held.ContainsKey(region.Standby) && region.Standby != region.Name && MayHold(chosen.Find(r => r.Name == region.Standby)!, region))
            {
                result.Add(region);
                continue;
            }

            var standby = chosen.Where(r => r.Name != region.Name && MayHold(r, region)).OrderBy(r => Distance(region, r, held[r.Name])).FirstOrDefault();
            if (standby is not null)
            {
                held[standby.Name]++;
                notes.Add(region.Standby is null
                    ? $"{region.Name}: standby in {standby.Name}; the blueprint names none"
                    : $"{region.Name}: standby in {standby.Name}; {region.Standby} does not run here");
            }
            else
            {
                notes.Add(chosen.Count == 1 ? $"{region.Name}: no standby; it is the only region" : $"{region.Name}: no standby; its data must not lie in {string.Join(", ", region.KeptOutOf.Order(StringComparer.Ordinal))} by the blueprint's residency, and no other region runs here");
            }

            result.Add(region with { Standby = standby?.Name });
        }

        return result;
    }

    /// <summary>Whether a region may hold another's partition, by the law there.</summary>
    private static bool MayHold(PlannedRegion holder, PlannedRegion home) => holder.Jurisdiction is null || !home.KeptOutOf.Contains(holder.Jurisdiction);

    /// <summary>Under the same law first, then where fewest standbys are, then in the same tier, then the nearest.</summary>
    private static (bool OtherLaw, int Held, bool OtherTier, double Squared) Distance(PlannedRegion from, PlannedRegion to, int held) =>
        (from.Jurisdiction is not null && to.Jurisdiction is not null && from.Jurisdiction != to.Jurisdiction,
         held,
         from.Tier != to.Tier,
         from is { Latitude: { } y, Longitude: { } x } && to is { Latitude: { } toY, Longitude: { } toX } ? Math.Pow(y - toY, 2) + Math.Pow(x - toX, 2) : double.MaxValue);
}
