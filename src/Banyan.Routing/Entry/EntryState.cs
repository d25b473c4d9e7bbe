using Banyan.Cells.Partitions;
using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Entry;

/// <summary>
/// Holds the map that requests go by. Readers take <see cref="Current"/> once and never wait; whoever watches the
/// regions swaps it. Thread-safe.
/// </summary>
public sealed class EntryState(EntryMap first, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private EntryMap _current = first;

    /// <summary>The map of this moment.</summary>
    public EntryMap Current => Volatile.Read(ref _current);

    /// <summary>Replaces the map by what <paramref name="change"/> makes of it; called again where another change came between.</summary>
    /// <returns>The map of before and of after; the same one where nothing changed.</returns>
    public (EntryMap Before, EntryMap After) Change<T>(T argument, Func<EntryMap, T, EntryMap> change)
    {
        while (true)
        {
            var before = Current;
            var after = change(before, argument);
            if (ReferenceEquals(before, after) || ReferenceEquals(Interlocked.CompareExchange(ref _current, after, before), before))
                return (before, after);
        }
    }

    /// <summary>Sets how available a region is.</summary>
    public void Set(string region, RegionAvailability availability) =>
        Change((region, availability, now: _time.GetTimestamp()), static (map, a) => map.With(a.region, a.availability, a.now));

    /// <summary>Sets how available a region is, unless its requests go by another route meanwhile: then what was found says nothing any more.</summary>
    /// <param name="region">The region.</param>
    /// <param name="life">The route by which it was found.</param>
    /// <param name="availability">What was found.</param>
    /// <param name="turn">The turn in which it was found; null where it does not matter.</param>
    /// <returns>The region of before and of after.</returns>
    internal (EntryRegion Before, EntryRegion After) Note(string region, RouteLife life, RegionAvailability availability, long? turn = null)
    {
        var (before, after) = Change((region, life, availability, turn, now: _time.GetTimestamp()), static (map, a) =>
            map.Find(a.region) is { } known && ReferenceEquals(known.Route!.Life, a.life) && (a.turn is null || a.turn == known.Turn) ? map.With(a.region, a.availability, a.now) : map);
        return (before.Find(region)!, after.Find(region)!);
    }

    /// <summary>Takes over a partition's record.</summary>
    /// <returns>The region of before and of after; null where no region has this partition.</returns>
    internal (EntryRegion Before, EntryRegion After)? Apply(string partition, PartitionRecord record)
    {
        var (before, after) = Change((partition, record, now: _time.GetTimestamp()), static (map, a) => map.With(a.partition, a.record, a.now));
        return before.Find(partition) is { } was ? (was, after.Find(partition)!) : null;
    }
}
