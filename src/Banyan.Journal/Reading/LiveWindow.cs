namespace Banyan.Journal.Reading;

/// <summary>
/// The newest entries, in memory, shared by every live follower. One writer (the sequencer), any number of readers
/// without a lock: an entry carries its own position, so a reader that finds another position in a slot knows that the
/// entry it wanted is no longer (or never was) here, and reads from the database.
/// </summary>
internal sealed class LiveWindow
{
    private readonly JournalEntry?[] _slots;
    private readonly long _maxCharacters;
    private readonly Lock _writing = new();
    private TaskCompletionSource _changed = NewSignal();
    private long _head;
    private long _oldest = 1;
    private long _characters;
    private int _followers;

    public LiveWindow(int maxEntries, long maxCharacters)
    {
        _slots = new JournalEntry?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)maxEntries)];
        _maxCharacters = maxCharacters;
    }

    /// <summary>The newest position that is known here; durable.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Ends when <see cref="Head"/> grows next. Take it before looking, or a change may be missed.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Whether anyone would read what is published.</summary>
    public bool HasFollowers => Volatile.Read(ref _followers) > 0;

    /// <summary>The most characters that are worth collecting for one <see cref="Publish"/>.</summary>
    public long MaxCharacters => _maxCharacters;

    /// <summary>Counts a follower in, until the result is disposed.</summary>
    public Membership Join()
    {
        Interlocked.Increment(ref _followers);
        return new Membership(this);
    }

    /// <summary>Adds durable entries, contiguous, oldest first. Only the sequencer calls it.</summary>
    public void Publish(IReadOnlyList<JournalEntry> entries)
    {
        var head = entries[^1].Position;
        lock (_writing)
        {
            foreach (var entry in entries)
            {
                ref var slot = ref _slots[entry.Position & (_slots.Length - 1)];
                _characters += entry.Data.Length - (slot?.Data.Length ?? 0);
                Volatile.Write(ref slot, entry);
            }

            _oldest = Math.Max(_oldest, head - _slots.Length + 1);
            while (_characters > _maxCharacters && _oldest <= head)
                ForgetOldest();
        }

        SetHead(head);
    }

    /// <summary>Lets go of entries before a position, because retention has dropped them.</summary>
    public void Forget(long before)
    {
        lock (_writing)
        {
            while (_oldest < before && _oldest <= Head)
                ForgetOldest();
        }
    }

    /// <summary>Lets go of entries that were erased: whoever wants them reads what is left of them from the database.</summary>
    public void Forget(Func<JournalEntry, bool> erased)
    {
        lock (_writing)
        {
            foreach (ref var slot in _slots.AsSpan())
            {
                if (slot is null || !erased(slot))
                    continue;
                _characters -= slot.Data.Length;
                Volatile.Write(ref slot, null);
            }
        }
    }

    /// <summary>Tells that the journal has grown, where the entries themselves are not at hand. Only the sequencer calls it.</summary>
    public void Advance(long head)
    {
        if (head > Head)
            SetHead(head);
    }

    /// <summary>Up to <paramref name="limit"/> entries after a position; null where the next one is not in memory.</summary>
    public JournalPage? TryRead(long after, int limit, IReadOnlySet<string>? topics)
    {
        var head = Head;
        var found = new List<JournalEntry>((int)Math.Clamp(head - after, 0, topics is null ? limit : 16));
        var position = after;
        while (position < head && found.Count < limit)
        {
            var entry = Volatile.Read(ref _slots[(position + 1) & (_slots.Length - 1)]);
            if (entry is null || entry.Position != position + 1)
                break;
            position++;
            if (topics is null || topics.Contains(entry.Topic))
                found.Add(entry);
        }

        return position == after && position < head ? null : new JournalPage(found, position);
    }

    private void ForgetOldest()
    {
        ref var slot = ref _slots[_oldest++ & (_slots.Length - 1)];
        if (slot is null)
            return;
        _characters -= slot.Data.Length;
        Volatile.Write(ref slot, null);
    }

    private void SetHead(long head)
    {
        Volatile.Write(ref _head, head);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal readonly struct Membership(LiveWindow window) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref window._followers);
    }
}
