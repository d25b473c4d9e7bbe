using System.Text.Json.Serialization;
using Banyan.Control.Drills;

namespace Banyan.Console.Drills;

/// <summary>A drill as the console shows it: while it runs, and for a while afterwards. Immutable.</summary>
public sealed record LiveDrill
{
    /// <summary>How far it is.</summary>
    public required LiveDrillPhase Phase { get; init; }

    public required string Scenario { get; init; }

    /// <summary>The region whose residents its clients are.</summary>
    public required string Region { get; init; }

    /// <summary>The region that served them when it was broken.</summary>
    public string? Serving { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it is to stay broken, in seconds; 0 where not known.</summary>
    public int Seconds { get; init; }

    /// <summary>Milliseconds since it was broken; null before that.</summary>
    public long? SinceBrokenMs { get; init; }

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<TimelineStep> Timeline { get; init; } = [];

    /// <summary>Changes that its clients were told are done.</summary>
    public int Acknowledged { get; init; }

    /// <summary>Milliseconds since the last one.</summary>
    public long QuietMs { get; init; }

    /// <summary>Requests that ended, and those of them that failed.</summary>
    public long Requests { get; init; }

    public long Failed { get; init; }

    /// <summary>Second by second, oldest first.</summary>
    public IReadOnlyList<DrillRate> Rates { get; init; } = [];

    /// <summary>What came of it; null until it is stored.</summary>
    public DrillResult? Result { get; init; }
}

/// <summary>How far a drill is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LiveDrillPhase>))]
public enum LiveDrillPhase
{
    /// <summary>It runs.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Its process is gone, and what it broke is not put back.</summary>
    [JsonStringEnumMemberName("cut_off")]
    CutOff,

    /// <summary>It is over; what came of it is not known yet.</summary>
    [JsonStringEnumMemberName("ended")]
    Ended,

    /// <summary>It is over, and its result is stored.</summary>
    [JsonStringEnumMemberName("told")]
    Told,
}
