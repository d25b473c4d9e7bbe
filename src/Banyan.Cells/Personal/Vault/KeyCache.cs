using System.Security.Cryptography;
using Banyan.Engines.Keys;

namespace Banyan.Cells.Personal.Vault;

/// <summary>
/// Keys that were unwrapped lately: the least recently used goes first, and none stays longer than its time. A key that goes is
/// overwritten in memory; readers get a copy. Thread-safe.
/// </summary>
internal sealed class KeyCache(int limit, TimeSpan keptFor, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyName, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _removals;

    /// <summary>Grows with each <see cref="Remove"/>: what was read before one MUST NOT be kept after it.</summary>
    public long Stamp
    {
        get
        {
            lock (_lock)
                return _removals;
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Copies a key out; false where it is not here.</summary>
    public bool TryCopy(KeyName name, Span<byte> key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out var node))
                return false;
            if (time.GetElapsedTime(node.Value.Since) >= keptFor)
            {
                Drop(node);
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            node.Value.Key.CopyTo(key);
            return true;
        }
    }

    /// <summary>Keeps a copy of a key that was read at <paramref name="stamp"/>, unless something was removed since.</summary>
    public void Keep(KeyName name, ReadOnlySpan<byte> key, long stamp)
    {
        lock (_lock)
        {
            if (stamp != _removals)
                return;
            if (_entries.TryGetValue(name, out var known))
                Drop(known);
            while (_entries.Count >= limit)
                Drop(_byUse.Last!);
            // On the pinned heap the collector leaves no copies of it behind.
            var own = GC.AllocateUninitializedArray<byte>(KeyEnvelope.KeyLength, pinned: true);
            key.CopyTo(own);
            _entries.Add(name, _byUse.AddFirst(new Entry(name, own, time.GetTimestamp())));
        }
    }

    /// <summary>Forgets a key, also for those who are just reading it.</summary>
    public void Remove(KeyName name)
    {
        lock (_lock)
        {
            _removals++;
            if (_entries.TryGetValue(name, out var node))
                Drop(node);
        }
    }

    /// <summary>Forgets all of them.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _removals++;
            while (_byUse.Last is { } last)
                Drop(last);
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Name);
        _byUse.Remove(node);
        CryptographicOperations.ZeroMemory(node.Value.Key);
    }

    private sealed record Entry(KeyName Name, byte[] Key, long Since);
}
