using System.Collections.Concurrent;

namespace Banyan.Routing.Tests.Entry.Holding;

/// <summary>What the cells of one partition did, as its database would know it: each key once, whoever served it.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, byte> _done = new();

    /// <summary>Every request that reached an endpoint, by key or body: how often.</summary>
    public ConcurrentDictionary<string, int> Arrivals { get; } = new();

    /// <summary>In the order of arrival.</summary>
    public ConcurrentQueue<string> Order { get; } = new();

    public int Done => _done.Count;

    public void Arrive(string name)
    {
        Arrivals.AddOrUpdate(name, 1, static (_, n) => n + 1);
        Order.Enqueue(name);
    }

    /// <summary>The work of a key is done; false where it was before.</summary>
    public bool Do(string key) => _done.TryAdd(key, 0);
}
