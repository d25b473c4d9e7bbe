namespace Banyan.Blueprints.Model;

public sealed partial record Blueprint
{
    /// <summary>
    /// Every region, and every site of the patterns, in the order of the file: those written one by one first, then for each pattern as many as it lacks, named
    /// <c>edge-001</c>, <c>edge-002</c> …; the sites of a pattern are each other's standby in a ring. Made while it is read, so a pattern may be large.
    /// </summary>
    public IEnumerable<Region> AllSites()
    {
        foreach (var region in Regions.Values)
            yield return region;
        foreach (var pattern in Sites.Values)
        {
            var written = Regions.Values.Where(r => r.Site == pattern.Name).ToList();
            var made = Math.Max(0, pattern.Sites - written.Count);
            var width = Math.Max(3, made.ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
            for (var i = 1L; i <= made; i++)
                yield return SiteOf(pattern, i, made, width, written);
        }
    }

    /// <summary>How many <see cref="AllSites"/> yields, without making them.</summary>
    public long CountSites() => Regions.Count + Sites.Values.Sum(p => Math.Max(0, p.Sites - Regions.Values.Count(r => r.Site == p.Name)));

    /// <summary>What holds for a region's tier; null where the blueprint does not say.</summary>
    public TierPlan? TierPlanOf(Region region) => Tiers.Values.FirstOrDefault(t => t.Tier == region.Tier);

    /// <summary>What happens when a region fails: its own policy, else its pattern's, its tier's, the platform's.</summary>
    public FailoverPolicy? FailoverOf(Region region) =>
        region.Failover ?? Sites.Find(region.Site)?.Failover ?? TierPlanOf(region)?.Failover ?? Failover?.Region;

    /// <summary>What an instance of a service gets: its own resources, else those of its size.</summary>
    public Resources? ResourcesOf(Service service) => service.Resources ?? Sizes.Find(service.Size);

    /// <summary>What a service needs, with <c>all</c> taken as every other service. Names may be unknown.</summary>
    public IEnumerable<string> NeedsOf(Service service) =>
        service.Needs.SelectMany(n => n == AllServices ? Services.Keys.Where(s => s != service.Name) : [n]).Distinct();

    /// <summary>What stands in <see cref="Service.Needs"/> for every other service.</summary>
    public const string AllServices = "all";

    /// <summary>Every backup with what it copies: those of stores, of the chain (<c>chain</c>), and those written on their own.</summary>
    public IEnumerable<Backup> AllBackups()
    {
        foreach (var store in Stores.Values)
        {
            if (store.Backup is { } backup)
                yield return backup with { Name = store.Name, Of = [store.Name] };
        }

        if (Chain?.Backup is { } ofChain)
            yield return ofChain with { Name = "chain", Of = ["chain"] };
        foreach (var backup in Backups.Values)
            yield return backup.Of.Count > 0 ? backup : backup with { Of = [backup.Name] };
    }

    /// <summary>Whether a country lies in an area (<c>africa</c>, <c>eu</c>, or one of this blueprint's) or is the country named.</summary>
    /// <returns>Null where the area is unknown.</returns>
    public bool? IsWithin(string country, string countryOrArea) =>
        country == countryOrArea ? true
        : OwnAreas.Find(countryOrArea) is { } own ? own.Contains(country)
        : Areas.Find(countryOrArea)?.Contains(country) ?? (countryOrArea.Length == 2 && char.IsAsciiLetterUpper(countryOrArea[0]) ? false : null);

    /// <summary>The blueprint of a variant: its sections in the place of the platform's. Null where there is no variant of that name.</summary>
    public Blueprint? As(string variant) => Variants.Find(variant) is not { } other ? null : this with
    {
        Title = other.Title ?? Title,
        Purpose = other.Purpose ?? Purpose,
        Objectives = other.Objectives ?? Objectives,
        Demand = other.Demand ?? Demand,
        Gateway = other.Gateway ?? Gateway,
        Services = other.Services ?? Services,
        Stores = other.Stores ?? Stores,
        Regions = other.Regions ?? Regions,
        Deployment = other.Deployment ?? Deployment,
        Prices = other.Prices ?? Prices,
    };

    private static Region SiteOf(SitePattern pattern, long number, long made, int width, List<Region> written)
    {
        string NameOf(long n) => $"{pattern.Name}-{n.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width, '0')}";
        return new()
        {
            Path = pattern.Path,
            Name = NameOf(number),
            Site = pattern.Name,
            Tier = pattern.Tier,
            Storage = pattern.Storage,
            Objectives = pattern.Objectives,
            Failover = pattern.Failover,
            Standby = made > 1 ? NameOf((number % made) + 1) : written.FirstOrDefault()?.Name,
            Generated = true,
        };
    }
}
