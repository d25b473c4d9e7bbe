using System.Collections.Frozen;

namespace Banyan.Routing.Entry.Holding;

/// <summary>Every region's queue, and what all of them may hold together. Thread-safe.</summary>
internal sealed class HoldBook(EntryState state, EntryOptions options)
{
    private readonly FrozenDictionary<string, HoldQueue> _queues = state.Current.Regions.ToFrozenDictionary(
        static r => r.Name,
        r => new HoldQueue(options.HeldAtOnce, () => state.Current.Find(r.Name)!.Availability == RegionAvailability.Serving),
        StringComparer.OrdinalIgnoreCase);

    private int _held;
    private long _bytes;

    /// <summary>Requests that wait now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Bytes set aside for bodies that may have to be sent again.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public HoldQueue Of(string region) => _queues[region];

    /// <summary>Takes a place among the waiting; false where there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _held) <= options.MaxHeld)
            return true;
        Interlocked.Decrement(ref _held);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _held);

    /// <summary>Sets memory aside; false where there is not enough.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= options.MaxKeptBytes)
            return true;
        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    public void Free(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
