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
    string? TraceParent);
