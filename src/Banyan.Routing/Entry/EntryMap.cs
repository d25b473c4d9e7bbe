using System.Collections.Frozen;
using System.Collections.Immutable;
using Banyan.Cells.Partitions;
using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Entry;

/// <summary>Every region at one moment, in the blueprint's order. Immutable: a request takes one and keeps it.</summary>
public sealed class EntryMap
{
    private readonly FrozenDictionary<string, EntryRegion>.AlternateLookup<ReadOnlySpan<char>> _byName;

    /// <exception cref="ArgumentException">Two regions have one name; names differ by more than case.</exception>
    public EntryMap(IEnumerable<EntryRegion> regions)
    {
        Regions = [.. regions.Select(static r => r.Prepared())];
        _byName = Regions.ToFrozenDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The regions, in the blueprint's order.</summary>
    public ImmutableArray<EntryRegion> Regions { get; }

    /// <summary>The region of this name, in any case; null where there is none.</summary>
    public EntryRegion? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var region) ? region : null;

    /// <summary>The same regions with one of them available as given; this very map where nothing changes.</summary>
    /// <param name="name">The region.</param>
    /// <param name="availability">How available it is; a region in a planned switch does not serve, whatever is said here.</param>
    /// <param name="now">A timestamp: when it ceased to serve, if it does.</param>
    public EntryMap With(string name, RegionAvailability availability, long now = 0)
    {
        var region = Find(name);
        if (region is not null && region.Route!.Switching)
            availability = RegionAvailability.Moving;
        return region is null || region.Availability == availability ? this : new EntryMap(Regions.Replace(region, region with
        {
            Availability = availability,
            Turn = availability == RegionAvailability.Serving ? region.Turn + 1 : region.Turn,
            Since = region.Availability is RegionAvailability.Serving or RegionAvailability.Suspected ? now : region.Since,
        }));
    }

    /// <summary>The same regions with the route of one as its partition's record has it; this very map where nothing changes.</summary>
    /// <param name="partition">The partition's name.</param>
    /// <param name="record">Its record.</param>
    /// <param name="now">A timestamp.</param>
    public EntryMap With(string partition, PartitionRecord record, long now)
    {
        if (Find(partition) is not { } region)
            return this;
        var changed = RouteChange.Apply(region, record);
        return ReferenceEquals(changed, region) ? this : new EntryMap(Regions.Replace(region, changed with { Since = changed.Availability == RegionAvailability.Moving ? now : changed.Since }));
    }
}
