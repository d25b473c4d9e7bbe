namespace Banyan.Control.Status;

/// <summary>What a cell says of itself at <c>GET /cell/v1/status</c>.</summary>
public sealed record CellReport
{
    public required string Region { get; init; }

    public required string Partition { get; init; }

    /// <summary><c>starting</c>, <c>serving</c>, <c>draining</c>, <c>standby</c> (another region serves the partition) or <c>fenced</c> (its lease does not hold).</summary>
    public required string State { get; init; }

    /// <summary>The epoch that it serves in; 0 where it does not.</summary>
    public int Epoch { get; init; }

    /// <summary>The partition's lease; null in a cell of before there was one.</summary>
    public CellLeaseReport? Lease { get; init; }

    public IReadOnlyList<CellServiceReport> Services { get; init; } = [];

    /// <summary>The services that are refused here for now: the region carries more than it can.</summary>
    public IReadOnlyList<string> Shed { get; init => field = value ?? []; } = []; // null where it was written before there was any

    public CellJournalReport? Journal { get; init; }

    /// <summary>The log over the journal; null where the cell keeps none.</summary>
    public CellLogReport? Log { get; init; }

    public CellCounters? Counters { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>A service in a cell.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Healthy">Its own word.</param>
/// <param name="Detail">What is wrong, in one line; null where nothing is.</param>
public sealed record CellServiceReport(string Name, bool Healthy, string? Detail);

/// <summary>A cell's lease of its partition.</summary>
/// <param name="Holds">Whether it may serve.</param>
/// <param name="UntilMs">For how many milliseconds, if it is not renewed; null where it needs no lease.</param>
public sealed record CellLeaseReport(bool Holds, long? UntilMs);

/// <summary>The journal of a cell.</summary>
/// <param name="Head">Position of the newest entry.</param>
/// <param name="Stranded">How many stranded changes wait for a decision.</param>
public sealed record CellJournalReport(long Head, long Stranded = 0);

/// <summary>The log of a cell.</summary>
/// <param name="Size">Entries of its tree.</param>
/// <param name="Published">Entries that the newest published checkpoint covers.</param>
/// <param name="Halted">Why it takes nothing more; null while it does.</param>
/// <param name="Problem">What keeps it, or what it does without, in one line; null where nothing does.</param>
/// <param name="Generation">Which of the partition's logs it is.</param>
public sealed record CellLogReport(long Size, long Published, string? Halted = null, string? Problem = null, int Generation = 1);

/// <summary>Counts since the cell started.</summary>
public sealed record CellCounters(long Requests, long Changes, long Readings, long Alerts);
