using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Banyan.Cells.Access;

/// <summary>
/// A table that a stranger can't make large: two generations of at most half its size each. When the young one is full the
/// old one is dropped, so that what is used goes on and what is not is forgotten. Thread-safe; a read that finds allocates
/// nothing and waits for nobody.
/// </summary>
/// <param name="most">The most entries.</param>
/// <param name="comparer">Of keys.</param>
internal sealed class BoundedCache<TKey, TValue>(int most, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _turning = new();
    private volatile Generations _now = new(new(comparer), new(comparer));
    private int _young;

    /// <summary>How many there are at most now.</summary>
    public int Count => _now.Young.Count + _now.Old.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var now = _now;
        if (now.Young.TryGetValue(key, out value))
            return true;
        if (!now.Old.TryGetValue(key, out value))
            return false;
        Set(key, value);
        return true;
    }

    /// <summary>The value of a key; made by <paramref name="make"/> where there is none. Of two callers at once both get the same.</summary>
    public TValue GetOrAdd<TState>(TKey key, Func<TKey, TState, TValue> make, TState state)
    {
        var now = _now;
        if (now.Young.TryGetValue(key, out var value))
            return value;
        var made = now.Old.TryGetValue(key, out var old) ? old : make(key, state);
        value = now.Young.GetOrAdd(key, made);
        if (ReferenceEquals(value, made))
            Grown();
        return value;
    }

    public void Set(TKey key, TValue value)
    {
        var young = _now.Young;
        if (young.TryAdd(key, value))
            Grown();
        else
            young[key] = value;
    }

    public void Remove(TKey key)
    {
        var now = _now;
        now.Young.TryRemove(key, out _);
        now.Old.TryRemove(key, out _);
    }

    private void Grown()
    {
        if (Interlocked.Increment(ref _young) < most / 2)
            return;
        lock (_turning)
        {
            if (Volatile.Read(ref _young) < most / 2)
                return;
            _now = new Generations(new(comparer), _now.Young);
            Volatile.Write(ref _young, 0);
        }
    }

    private sealed record Generations(ConcurrentDictionary<TKey, TValue> Young, ConcurrentDictionary<TKey, TValue> Old);
}
