namespace Banyan.Journal.Stranded;

/// <summary>
/// A change that a region's primary accepted and that the primary after it never saw, because replication was asynchronous and
/// the region was lost. Immutable.
/// </summary>
public sealed record StrandedChange
{
    /// <summary>The journal entry's id, which was its receipt.</summary>
    public required Guid Id { get; init; }

    /// <summary>The region whose primary accepted it.</summary>
    public required string Origin { get; init; }

    /// <summary>The epoch in which it was accepted.</summary>
    public required int Epoch { get; init; }

    /// <summary>The position that it had there; null where it had none yet. Here that position belongs to another entry.</summary>
    public long? Position { get; init; }

    /// <summary>When it was written there, by that database's clock.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>See <see cref="JournalEvent.Topic"/>.</summary>
    public required string Topic { get; init; }

    /// <summary>See <see cref="JournalEvent.Type"/>.</summary>
    public required string Type { get; init; }

    /// <summary>See <see cref="JournalEvent.Subject"/>.</summary>
    public string? Subject { get; init; }

    /// <summary>See <see cref="JournalEvent.ContentType"/>.</summary>
    public required string ContentType { get; init; }

    /// <summary>See <see cref="JournalEvent.Data"/>.</summary>
    public required string Data { get; init; }

    /// <summary>See <see cref="JournalEvent.TraceParent"/>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>See <see cref="JournalEvent.Actor"/>; null also where the old primary did not note it yet.</summary>
    public string? Actor { get; init; }
}

/// <summary>A stranded change as it is kept here, and what became of it. Immutable.</summary>
/// <param name="Number">1, 2, 3 … in the order in which they were found, which is the order in which they were accepted.</param>
/// <param name="Change">The change.</param>
/// <param name="FoundAt">When it was found.</param>
/// <param name="State">What became of it.</param>
/// <param name="DecidedAt">When that was decided; null while it is kept.</param>
public sealed record KeptStranded(long Number, StrandedChange Change, DateTimeOffset FoundAt, StrandedState State, DateTimeOffset? DecidedAt);

/// <summary>What became of a stranded change.</summary>
public enum StrandedState
{
    /// <summary>Nobody has decided yet.</summary>
    Kept,

    /// <summary>It was appended to the journal, under the epoch of that time.</summary>
    Replayed,

    /// <summary>It was given up; the journal says so.</summary>
    Discarded,
}

/// <summary>What the return of an old primary brought to light. Immutable.</summary>
/// <param name="Origin">Its region.</param>
/// <param name="Epoch">The epoch that it was the primary of.</param>
/// <param name="Shared">The last position that both journals share.</param>
/// <param name="Head">The last position that the old primary had given.</param>
/// <param name="Found">Changes that only it had.</param>
public sealed record StrandedReport(string Origin, int Epoch, long Shared, long Head, int Found);
