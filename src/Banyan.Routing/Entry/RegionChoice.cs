using Banyan.Routing.Policies.Running;

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
/// <param name="Marks">Of the policies' choice, where they made it.</param>
public readonly record struct RegionChoice(RegionRefusal Refusal, EntryRegion? Region, string? Named, bool Prefixed, uint Marks = 0)
{
    private const string Prefix = "/regions/";

    /// <summary>Logs have the same paths everywhere, by which their readers know them: the partition stands behind this.</summary>
    private const string LogPrefix = "/log/v1/";

    /// <summary>
    /// Chooses: what <c>Banyan-Region</c> names; else the path's <c>/regions/{region}/</c> or <c>/log/v1/{region}/</c>; else the host's first label,
    /// if it is a region's name; else the serving region nearest to <c>Banyan-Location</c>; else what the policies choose
    /// among those that serve, for where the request comes from and who it says that it is; where none serves, among those
    /// that will soonest. In the place of a named region that is down, its neighbour, where it has one that serves. Pure.
    /// </summary>
    public static RegionChoice Make(in RequestFacts facts, PolicySnapshot policies)
    {
        var map = policies.Map;
        var prefixed = TryPrefix(facts.Path, out var inPath);
        if (facts.Header is not null)
            return ByName(facts.Header.AsSpan().Trim(), map, prefixed);
        if (prefixed)
            return ByName(inPath, map, prefixed: true);
        if (InLogPath(facts.Path, map) is { } log)
            return Of(log, map, prefixed: false);
        var dot = facts.Host.AsSpan().IndexOf('.');
        if (dot > 0 && map.Find(facts.Host.AsSpan(0, dot)) is { } host)
            return Of(host, map, prefixed: false);
        if (facts.Location is null)
            return ByPolicy(facts, policies);
        if (!GeoPoint.TryParse(facts.Location, out var from))
            return new RegionChoice(RegionRefusal.BadLocation, null, null, false);
        var nearest = Nearest(map, from, policies.Best)!;
        return new RegionChoice(IsServing(nearest) ? RegionRefusal.None : RegionRefusal.NoneServing, nearest, null, false);
    }

    /// <summary>Whether the policies choose: the request names no region, and says no place.</summary>
    public static bool IsByPolicy(in RequestFacts facts, EntryMap map)
    {
        if (facts.Header is not null || facts.Location is not null || TryPrefix(facts.Path, out _) || InLogPath(facts.Path, map) is not null)
            return false;
        var dot = facts.Host.AsSpan().IndexOf('.');
        return dot <= 0 || map.Find(facts.Host.AsSpan(0, dot)) is null;
    }

    private static RegionChoice ByPolicy(in RequestFacts facts, PolicySnapshot policies)
    {
        var choice = policies.Choose(facts.Address, facts.Client);
        var region = policies.Map.Regions[choice.Target];
        return new RegionChoice(IsServing(region) ? RegionRefusal.None : RegionRefusal.NoneServing, region, null, false, choice.Marks);
    }

    private static EntryRegion? InLogPath(string path, EntryMap map)
    {
        if (!path.StartsWith(LogPrefix, StringComparison.Ordinal))
            return null;
        var name = path.AsSpan(LogPrefix.Length);
        var end = name.IndexOf('/');
        return end <= 0 ? null : map.Find(name[..end]);
    }

    private static bool IsServing(EntryRegion region) => region.Availability is RegionAvailability.Serving or RegionAvailability.Suspected;

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

    /// <summary>The nearest of those with a place, or the first where there is no place to measure to.</summary>
    private static EntryRegion? Nearest(EntryMap map, GeoPoint from, RegionAvailability availability)
    {
        EntryRegion? best = null;
        var least = double.PositiveInfinity;
        foreach (var region in map.Regions)
        {
            if (region.Availability != availability)
                continue;
            var distance = region.At is { } at ? from.DistanceTo(at) : double.PositiveInfinity;
            if (best is null || distance < least)
                (best, least) = (region, distance);
        }

        return best;
    }
}
