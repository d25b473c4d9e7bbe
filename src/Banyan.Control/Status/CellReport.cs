namespace Banyan.Control.Status;

/// <summary>What a cell says of itself at <c>GET /cell/v1/status</c>.</summary>
public sealed record CellReport
{
    public required string Region { get; init; }

    public required string Partition { get; init; }

    /// <summary><c>starting</c>, <c>serving</c> or <c>draining</c>.</summary>
    public required string State { get; init; }

    public int Epoch { get; init; }

    public IReadOnlyList<CellServiceReport> Services { get; init; } = [];

    public CellJournalReport? Journal { get; init; }

    public CellCounters? Counters { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>A service in a cell.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Healthy">Its own word.</param>
/// <param name="Detail">What is wrong, in one line; null where nothing is.</param>
public sealed record CellServiceReport(string Name, bool Healthy, string? Detail);

/// <summary>The journal of a cell.</summary>
/// <param name="Head">Position of the newest entry.</param>
public sealed record CellJournalReport(long Head);

/// <summary>Counts since the cell started.</summary>
public sealed record CellCounters(long Requests, long Changes, long Readings, long Alerts);
