using System.Collections.Immutable;
using Banyan.Console.Alerts;
using Banyan.Console.Drills;
using Banyan.Console.History;
using Banyan.Control.Drills;
using Banyan.Control.Status;
using Banyan.Routing.Entry;

namespace Banyan.Console.Live;

/// <summary>Everything that the console shows, at one moment. Immutable.</summary>
public sealed record ConsoleSnapshot
{
    /// <summary>The platform as the collector saw it.</summary>
    public required PlatformStatus Status { get; init; }

    /// <summary>The last alerts of all regions, newest first.</summary>
    public required ImmutableArray<ConsoleAlert> Alerts { get; init; }

    /// <summary>The last ten minutes.</summary>
    public required ImmutableList<HistoryPage> History { get; init; }

    /// <summary>What came of the last drills, newest first.</summary>
    public IReadOnlyList<DrillEvidence> Drills { get; init; } = [];

    /// <summary>The drill that runs, or has just ended; null where none does.</summary>
    public LiveDrill? Drill { get; init; }

    /// <summary>Whether cells ask their callers who they are.</summary>
    public bool AsksCallers { get; init; }

    /// <summary>What the entry itself counts.</summary>
    public required EntryFigures Entry { get; init; }
}

/// <summary>The entry's own figures.</summary>
/// <param name="StartedAt">When this process started.</param>
/// <param name="Forwarded">Requests sent to each region since then.</param>
/// <param name="Refused">Requests that the entry refused since then.</param>
public sealed record EntryFigures(DateTimeOffset StartedAt, ImmutableDictionary<string, long> Forwarded, long Refused)
{
    /// <summary>For each region: requests that wait now, waits, replays and refusals while it did not serve.</summary>
    public ImmutableDictionary<string, HoldFigures> Holds { get; init; } = ImmutableDictionary<string, HoldFigures>.Empty;
}
