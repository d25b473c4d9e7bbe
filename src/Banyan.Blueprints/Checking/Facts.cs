using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking;

/// <summary>What several rules ask of a blueprint.</summary>
internal static class Facts
{
    /// <summary>How many regions run: those written and those of the patterns, at least and at most.</summary>
    public static (long Low, long? High) RegionCount(this Blueprint blueprint, Tier? tier = null)
    {
        var alone = blueprint.Regions.Values.Where(r => !blueprint.Sites.ContainsKey(r.Site ?? "") && (tier is null || r.Tier == tier)).LongCount();
        var patterns = blueprint.Sites.Values.Where(p => tier is null || p.Tier == tier).ToList();
        var low = alone + patterns.Sum(p => p.Count.Low.Value);
        return (low, patterns.Any(p => p.Count.IsOpen) ? null : alone + patterns.Sum(p => p.Count.High!.Value.Value));
    }

    /// <summary>Regions that each hold residents' data: everything but edge sites where there are others.</summary>
    public static long HomeCount(this Blueprint blueprint)
    {
        var homes = blueprint.AllSites().LongCount(r => r.Tier != Tier.Edge);
        return homes > 0 ? homes : blueprint.CountSites();
    }

    /// <summary>A promise that holds for a store, its own or the platform's.</summary>
    public static T? For<T>(this Blueprint blueprint, Objectives? own, Func<Objectives, T?> pick) where T : struct =>
        (own is null ? null : pick(own)) ?? (blueprint.Objectives is { } all ? pick(all) : null);

    /// <summary>Whether a role keeps what would be missed: a cache or an index can be made again.</summary>
    public static bool KeepsData(this Store store) => store.Role is not (StoreRole.Cache or StoreRole.Search or StoreRole.Registry or StoreRole.Model or StoreRole.Chain);

    /// <summary>Whether a store's copies lie outside of its region.</summary>
    public static bool LeavesRegion(this Replication replication) =>
        replication.Mode != ReplicationMode.None && (replication.To.Count > 0 || replication.CrossRegion == true);

    /// <summary>The stores or services that an objective-bearing name leads to.</summary>
    public static Objectives? ObjectivesOf(this Blueprint blueprint, string name) =>
        blueprint.Services.Find(name)?.Objectives ?? blueprint.Stores.Find(name)?.Objectives ?? blueprint.Externals.Find(name)?.Objectives
        ?? (name == "chain" ? blueprint.Chain?.Objectives : null);

    /// <summary>Everything that promises something of its own, with what to call it and the failover that it has.</summary>
    public static IEnumerable<(string Name, Objectives Objectives, FailoverPolicy? Failover)> Promises(this Blueprint blueprint)
    {
        if (blueprint.Objectives is { } all)
        {
            yield return ("the platform", all, blueprint.Failover?.Region);
            if (all.EachRegion is { } each)
                yield return ("each region", each, blueprint.Failover?.Region);
        }

        foreach (var tier in blueprint.Tiers.Values.Where(t => t.Objectives is not null))
            yield return ($"tier {tier.Name}", tier.Objectives!, tier.Failover ?? blueprint.Failover?.Region);
        foreach (var site in blueprint.Sites.Values.Where(s => s.Objectives is not null))
            yield return ($"each {site.Name} site", site.Objectives!, site.Failover ?? blueprint.Tiers.Values.FirstOrDefault(t => t.Tier == site.Tier)?.Failover ?? blueprint.Failover?.Region);
        foreach (var region in blueprint.Regions.Values.Where(r => r.Objectives is not null))
            yield return ($"region {region.Name}", region.Objectives!, blueprint.FailoverOf(region));
        foreach (var service in blueprint.Services.Values.Where(s => s.Objectives is not null))
            yield return ($"service {service.Name}", service.Objectives!, blueprint.Failover?.Service);
        foreach (var store in blueprint.Stores.Values.Where(s => s.Objectives is not null))
            yield return ($"store {store.Name}", store.Objectives!, store.Failover ?? blueprint.Failover?.Database);
        if (blueprint.Chain?.Objectives is { } chain)
            yield return ("the chain", chain, null);
    }

    /// <summary>Names for a sentence: <c>a, b and c</c>; past <paramref name="most"/> the rest is counted.</summary>
    public static string Listed(this IEnumerable<string> names, int most = 5)
    {
        var all = names.ToList();
        if (all.Count == 1)
            return all[0];
        return all.Count <= most
            ? $"{string.Join(", ", all.Take(all.Count - 1))} and {all[^1]}"
            : $"{string.Join(", ", all.Take(most))} and {all.Count - most} more";
    }

    /// <summary>A length of time for people: <c>52.6 min</c>.</summary>
    public static string Spoken(this TimeSpan time) =>
        time.TotalDays >= 2 ? $"{time.TotalDays:0.#} days" : time.TotalHours >= 2 ? $"{time.TotalHours:0.#} h" : time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0.#} min" : $"{time.TotalSeconds:0.#} s";

    /// <summary>An amount of data for people: <c>315 TB</c>.</summary>
    public static string SpokenBytes(decimal bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
        var unit = 0;
        for (; bytes >= 1000 && unit < units.Length - 1; unit++)
            bytes /= 1000;
        return $"{bytes:0.##} {units[unit]}";
    }

    /// <summary>What a store can hold over all regions, of each record once: at least and at most; null where the model does not say.</summary>
    public static (decimal Low, decimal? High)? Room(this Blueprint blueprint, Store store)
    {
        (decimal Low, decimal? High)? one = null;
        if (store.Size is { } size)
            one = (size.Low.Bytes, size.High?.Bytes);
        else if (store.NodeStorage is { } disk && store.Nodes is { } nodes)
            one = (disk.Low.Bytes * (decimal)nodes.Low.Value, store.Expandable == true ? null : disk.High?.Bytes * (decimal?)nodes.High?.Value);
        else if (blueprint.Deployment?.NodePools.Find(store.Pool) is { Resources.Disk: { } poolDisk, Count: { } count } pool)
            one = (poolDisk.Low.Bytes * (decimal)count.Low.Value, poolDisk.High?.Bytes * (decimal?)(pool.Autoscale ?? count).High?.Value);
        if (one is not { } room)
            return null;
        // a size is that of the data; disks hold every copy
        var copies = store.Size is null ? Math.Max(1, store.ReplicationFactor ?? 1) : 1;
        var times = store.Per == StoreScope.Platform ? 1 : store.Regions.Count > 0 ? store.Regions.Count : blueprint.HomeCount();
        return (room.Low * times / copies, room.High * times / copies);
    }
}
