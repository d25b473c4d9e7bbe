using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Banyan.Routing.Entry;

/// <summary>Every region at one moment, in the blueprint's order. Immutable: a request takes one and keeps it.</summary>
public sealed class EntryMap
{
    private readonly FrozenDictionary<string, EntryRegion>.AlternateLookup<ReadOnlySpan<char>> _byName;

    /// <exception cref="ArgumentException">Two regions have one name; names differ by more than case.</exception>
    public EntryMap(IEnumerable<EntryRegion> regions)
    {
        Regions = [.. regions];
        _byName = Regions.ToFrozenDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The regions, in the blueprint's order.</summary>
    public ImmutableArray<EntryRegion> Regions { get; }

    /// <summary>The region of this name, in any case; null where there is none.</summary>
    public EntryRegion? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var region) ? region : null;

    /// <summary>The same regions with one of them available as given; this very map where nothing changes.</summary>
    public EntryMap With(string name, RegionAvailability availability)
    {
        var region = Find(name);
        return region is null || region.Availability == availability ? this : new EntryMap(Regions.Replace(region, region with { Availability = availability }));
    }
}
