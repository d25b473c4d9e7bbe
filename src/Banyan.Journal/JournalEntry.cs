namespace Banyan.Journal;

/// <summary>A committed change at its place in the journal of a partition.</summary>
/// <param name="Position">1, 2, 3 … without gaps, given after commit: a reader that has seen position N has seen every entry up to N.</param>
/// <param name="Epoch">The epoch of the primary that gave the position.</param>
/// <param name="Id">The event's id; also names the receipt.</param>
/// <param name="RecordedAt">When the change was written, by the database's clock.</param>
/// <param name="Partition">The partition whose journal this is.</param>
/// <param name="Topic">See <see cref="JournalEvent.Topic"/>.</param>
/// <param name="Type">See <see cref="JournalEvent.Type"/>.</param>
/// <param name="Subject">See <see cref="JournalEvent.Subject"/>.</param>
/// <param name="ContentType">See <see cref="JournalEvent.ContentType"/>.</param>
/// <param name="Data">See <see cref="JournalEvent.Data"/>.</param>
/// <param name="TraceParent">See <see cref="JournalEvent.TraceParent"/>.</param>
public sealed record JournalEntry(
    long Position,
    int Epoch,
    Guid Id,
    DateTimeOffset RecordedAt,
    string Partition,
    string Topic,
    string Type,
    string? Subject,
    string ContentType,
    string Data,
    string? TraceParent)
{
    /// <summary>Who made the change: a subject, or a process of the platform; null where nobody said, and in an erased entry.</summary>
    public string? Actor { get; init; }

    /// <summary>What hides actor, subject and data in the entry's leaf (docs/log.md). Never shown to who may not see the data; null in an erased entry.</summary>
    public Guid? Salt { get; init; }

    /// <summary>Where anything of the entry was erased, what its leaf commits to, 32 bytes; else null. MUST NOT be changed.</summary>
    public byte[]? Commitment { get; init; }

    /// <summary>
    /// Whether subject and data were erased, because they were of a person that was deleted: the data is empty then, whatever
    /// its type. Where only the actor was, <see cref="Commitment"/> is there and this is false.
    /// </summary>
    public bool IsErased => Commitment is not null && Data.Length == 0;
}
