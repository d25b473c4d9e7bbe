namespace Banyan.Journal;

/// <summary>Settings of one partition's journal. Immutable; see <see cref="Validate"/> for the ranges.</summary>
public sealed record JournalOptions
{
    /// <summary>How long entries are kept unless said otherwise: 30 days.</summary>
    public static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(30);

    /// <summary>How long answers are kept for repeats unless said otherwise: 24 hours.</summary>
    public static readonly TimeSpan DefaultIdempotencyRetention = TimeSpan.FromHours(24);

    /// <summary>The partition whose journal this is.</summary>
    public required string Partition { get; init; }

    /// <summary>The epoch of this primary, from 1, where no <see cref="IWriteFence"/> says it. A journal that has seen a higher one takes nothing from this process.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>The process of the platform that makes changes here, as it stands in entries that nobody asked for: <c>process:cell.north</c>.</summary>
    public string Process { get; init; } = "process:banyan";

    /// <summary>How long entries are kept at least, by the database's clock.</summary>
    public TimeSpan Retention { get; init; } = DefaultRetention;

    /// <summary>
    /// Entries older than this go even where a registered cursor still needs them; that follower then falls behind, and
    /// is told (<see cref="EntriesDroppedException"/>). Null: three times <see cref="Retention"/>.
    /// </summary>
    public TimeSpan? RetentionLimit { get; init; }

    /// <summary>For how long, at least, a repeated request gets the stored answer.</summary>
    public TimeSpan IdempotencyRetention { get; init; } = DefaultIdempotencyRetention;

    /// <summary>How often entries and answers that are past their retention are looked for.</summary>
    public TimeSpan KeepingInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many transactions of changes commit at a time; changes beyond them wait, and share. A pool should have twice as many connections at least.</summary>
    public int CommitLanes { get; init; } = 4;

    /// <summary>The most changes that share a transaction; 1: none do.</summary>
    public int GroupLimit { get; init; } = 32;

    /// <summary>Positions in one table partition of the journal, at least.</summary>
    public long SegmentSize { get; init; } = 1_000_000;

    /// <summary>Positions in one table partition of the journal, at most; a busy journal has larger ones.</summary>
    public long SegmentSizeLimit { get; init; } = 1_000_000_000;

    /// <summary>The most entries that get their positions in one transaction.</summary>
    public int MoveLimit { get; init; } = 5_000;

    /// <summary>The shortest time between the starts of two moves while there is work: entries that arrive meanwhile share one.</summary>
    public TimeSpan MoveInterval { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>How often the database is asked for entries that nobody signalled (those of another process).</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most entries that are kept in memory for live followers.</summary>
    public int LiveEntries { get; init; } = 16_384;

    /// <summary>The most characters of data that are kept in memory for live followers.</summary>
    public int LiveCharacters { get; init; } = 16 << 20;

    internal TimeSpan EffectiveRetentionLimit => RetentionLimit ?? Retention * 3;

    /// <summary>Every problem, one clear line each; empty where the options can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        Check(!string.IsNullOrWhiteSpace(Partition), "Partition must have a name.");
        Check(Process.StartsWith("process:", StringComparison.Ordinal) && Process.Length is > 8 and <= 255 && !Process.Contains('\0', StringComparison.Ordinal), $"Process is '{Process}'; it must be a name of at most 255 characters that begins with process:.");
        Check(Epoch >= 1, $"Epoch is {Epoch}; it counts from 1.");
        Check(Retention > TimeSpan.Zero, $"Retention is {Retention}; it must be positive.");
        Check(EffectiveRetentionLimit >= Retention, $"RetentionLimit is {RetentionLimit}, shorter than Retention ({Retention}).");
        Check(IdempotencyRetention > TimeSpan.Zero, $"IdempotencyRetention is {IdempotencyRetention}; it must be positive.");
        Check(KeepingInterval > TimeSpan.Zero, $"KeepingInterval is {KeepingInterval}; it must be positive.");
        Check(LookInterval > TimeSpan.Zero, $"LookInterval is {LookInterval}; it must be positive.");
        Check(CommitLanes is >= 1 and <= 1000, $"CommitLanes is {CommitLanes}; it must be between 1 and 1,000.");
        Check(GroupLimit is >= 1 and <= 1000, $"GroupLimit is {GroupLimit}; it must be between 1 and 1,000.");
        Check(MoveInterval >= TimeSpan.Zero && MoveInterval <= TimeSpan.FromSeconds(1), $"MoveInterval is {MoveInterval}; it must be between 0 and 1 s.");
        Check(MoveLimit is >= 1 and <= 100_000, $"MoveLimit is {MoveLimit}; it must be between 1 and 100,000.");
        Check(SegmentSize >= 1, $"SegmentSize is {SegmentSize}; it must be at least 1.");
        Check(SegmentSizeLimit >= SegmentSize, $"SegmentSizeLimit is {SegmentSizeLimit}, less than SegmentSize ({SegmentSize}).");
        Check(LiveEntries is >= 16 and <= 1 << 20, $"LiveEntries is {LiveEntries}; it must be between 16 and {1 << 20}.");
        Check(LiveCharacters >= 1, $"LiveCharacters is {LiveCharacters}; it must be positive.");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add($"Journal of partition '{Partition}': {problem}");
        }
    }
}
