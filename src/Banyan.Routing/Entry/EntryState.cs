namespace Banyan.Routing.Entry;

/// <summary>
/// Holds the map that requests go by. Readers take <see cref="Current"/> once and never wait; whoever watches the
/// regions swaps it. Thread-safe.
/// </summary>
public sealed class EntryState(EntryMap first)
{
    private EntryMap _current = first;

    /// <summary>The map of this moment.</summary>
    public EntryMap Current => Volatile.Read(ref _current);

    /// <summary>Replaces the map by what <paramref name="change"/> makes of it; called again where another change came between.</summary>
    public EntryMap Change<T>(T argument, Func<EntryMap, T, EntryMap> change)
    {
        while (true)
        {
            var before = Current;
            var after = change(before, argument);
            if (ReferenceEquals(before, after) || ReferenceEquals(Interlocked.CompareExchange(ref _current, after, before), before))
                return after;
        }
    }

    /// <summary>Sets how available a region is.</summary>
    public void Set(string region, RegionAvailability availability) =>
        Change((region, availability), static (map, a) => map.With(a.region, a.availability));
}
