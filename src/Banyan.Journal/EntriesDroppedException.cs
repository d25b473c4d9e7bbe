namespace Banyan.Journal;

/// <summary>
/// A follower asked for entries that retention has dropped. A retry with the same position can't help: read the current
/// state by another way, then follow from <see cref="Tail"/> - 1.
/// </summary>
public sealed class EntriesDroppedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="after">The position that was asked for.</param>
    /// <param name="tail">The oldest position that is left.</param>
    public EntriesDroppedException(long after, long tail)
        : base($"Journal entries {after + 1} to {tail - 1} are past their retention and were dropped; the oldest that is left is {tail}.")
    {
        After = after;
        Tail = tail;
    }

    /// <summary>The position that was asked for.</summary>
    public long After { get; }

    /// <summary>The oldest position that is left (or will be the next, where none is left).</summary>
    public long Tail { get; }
}
