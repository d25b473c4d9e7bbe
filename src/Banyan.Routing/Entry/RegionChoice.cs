namespace Banyan.Routing.Entry;

/// <summary>Why a request reaches no region.</summary>
public enum RegionRefusal
{
    /// <summary>It does.</summary>
    None,

    /// <summary>It names a region that the blueprint does not have.</summary>
    Unknown,

    /// <summary>Its location is neither <c>lat,lon</c> nor a <c>geo:</c> URI.</summary>
    BadLocation,

    /// <summary>The region that it names takes no requests now.</summary>
    NotServing,

    /// <summary>It names none, and no region takes requests now.</summary>
    NoneServing,
}

/// <summary>The region that a request goes to, or why it goes to none.</summary>
/// <param name="Refusal">Why not, if not.</param>
/// <param name="Region">The region, also where it does not serve: then it is the one to wait for.</param>
/// <param name="Named">The name that was asked for and is unknown.</param>
/// <param name="Prefixed">The path begins with <c>/regions/{region}</c>, which the cell must not see.</param>
public readonly record struct RegionChoice(RegionRefusal Refusal, EntryRegion? Region, string? Named, bool Prefixed)
{
    private const string Prefix = "/regions/";

    /// <summary>
    /// Chooses: what <c>Banyan-Region</c> names; else the path's <c>/regions/{region}/</c>; else the host's first label,
    /// if it is a region's name; else the serving region nearest to <c>Banyan-Location</c>; else the first that serves;
    /// where none does, the one that will soonest. In the place of a named region that is down, its neighbour, where it has
    /// one that serves. Pure.
    /// </summary>
    public static RegionChoice Make(in RequestFacts facts, EntryMap map)
    {
        var prefixed = TryPrefix(facts.Path, out var inPath);
        if (facts.Header is not null)
            return ByName(facts.Header.AsSpan().Trim(), map, prefixed);
        if (prefixed)
            return ByName(inPath, map, prefixed: true);
        var dot = facts.Host.AsSpan().IndexOf('.');
        if (dot > 0 && map.Find(facts.Host.AsSpan(0, dot)) is { } host)
            return Of(host, map, prefixed: false);
        GeoPoint from = default;
        if (facts.Location is not null && !GeoPoint.TryParse(facts.Location, out from))
            return new RegionChoice(RegionRefusal.BadLocation, null, null, false);
        GeoPoint? place = facts.Location is null ? null : from;
        if ((Best(map, place, RegionAvailability.Serving) ?? Best(map, place, RegionAvailability.Suspected)) is { } chosen)
            return new RegionChoice(RegionRefusal.None, chosen, null, false);
        var soonest = Best(map, place, RegionAvailability.Moving) ?? Best(map, place, RegionAvailability.Starting) ?? Best(map, place, RegionAvailability.Down);
        return new RegionChoice(RegionRefusal.NoneServing, soonest, null, false);
    }

    private static bool TryPrefix(string path, out ReadOnlySpan<char> region)
    {
        region = default;
        if (!path.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        region = path.AsSpan(Prefix.Length);
        var end = region.IndexOf('/');
        if (end >= 0)
            region = region[..end];
        return true;
    }

    private static RegionChoice ByName(ReadOnlySpan<char> name, EntryMap map, bool prefixed) =>
        map.Find(name) is { } region ? Of(region, map, prefixed) : new RegionChoice(RegionRefusal.Unknown, null, name.ToString(), prefixed);

    private static RegionChoice Of(EntryRegion region, EntryMap map, bool prefixed)
    {
        if (region.Availability is RegionAvailability.Serving or RegionAvailability.Suspected)
            return new RegionChoice(RegionRefusal.None, region, null, prefixed);
        var neighbour = region.Availability == RegionAvailability.Down && region.Neighbour is { } name ? map.Find(name) : null;
        return neighbour is { Availability: RegionAvailability.Serving }
            ? new RegionChoice(RegionRefusal.None, neighbour, null, prefixed)
            : new RegionChoice(RegionRefusal.NotServing, region, null, prefixed);
    }

    /// <summary>The nearest of those with a place, or the first where there is no place to measure from or to.</summary>
    private static EntryRegion? Best(EntryMap map, GeoPoint? from, RegionAvailability availability)
    {
        EntryRegion? best = null;
        var least = double.PositiveInfinity;
        foreach (var region in map.Regions)
        {
            if (region.Availability != availability)
                continue;
            if (from is null)
                return region;
            var distance = region.At is { } at ? from.Value.DistanceTo(at) : double.PositiveInfinity;
            if (best is null || distance < least)
                (best, least) = (region, distance);
        }

        return best;
    }
}
