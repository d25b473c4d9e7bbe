using System.Text.Json.Serialization;

namespace Banyan.Control.Drills;

/// <summary>What came of a drill: what <c>banyan drill --format json</c> prints and the evidence holds (docs/drills.md). Immutable.</summary>
public sealed record DrillResult
{
    public required string Scenario { get; init; }

    /// <summary>The region whose residents the clients were.</summary>
    public required string Region { get; init; }

    /// <summary>What was broken: a region, a child of <c>up</c>, a database.</summary>
    public required string Broke { get; init; }

    public required string Platform { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary><c>synchronous</c> or <c>asynchronous</c>: whether commits waited for a standby when it was broken.</summary>
    public required string Replication { get; init; }

    /// <summary>By step, in order; 0 is when it was broken.</summary>
    public required IReadOnlyList<TimelineStep> Timeline { get; init; }

    /// <summary>From breaking until the control plane first saw it; null where it saw nothing.</summary>
    public long? DetectMs { get; init; }

    /// <summary>From that until the decision; null where none was made.</summary>
    public long? DecideMs { get; init; }

    /// <summary>From the first sight until the last approval that people had to give, on the chain or otherwise; null where none was given. Part of <see cref="DecideMs"/>.</summary>
    public long? ApproveMs { get; init; }

    /// <summary>How the consent came about where it was given on the chain; null where none was asked for there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DrillConsent? Consent { get; init; }

    /// <summary>From the decision until the new primary's database took changes; null where none was promoted.</summary>
    public long? PromoteMs { get; init; }

    /// <summary>The longest time in which no client was told of a change, after it was broken.</summary>
    public required long RtoMs { get; init; }

    /// <summary>The span of acknowledged changes that are lost: from the first of them until it was broken; 0 where none is.</summary>
    public required long RpoMs { get; init; }

    public required DrillChanges Changes { get; init; }

    public required DrillRequests Requests { get; init; }

    public required DrillEvents Events { get; init; }

    public required IReadOnlyList<DrillObjective> Objectives { get; init; }

    /// <summary>Every objective held, and the ledger is clean.</summary>
    public required bool Passed { get; init; }

    /// <summary>The journal's receipt of this result; null where it could not be stored.</summary>
    public string? Evidence { get; init; }

    /// <summary>What else is worth knowing, a line each: lost changes by name, failures by kind.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A step of what happened.</summary>
/// <param name="Step">What, in a few words: <c>broken</c>, <c>suspected</c>, <c>decided</c>, <c>promoted</c>, <c>serving</c> …</param>
/// <param name="AtMs">Milliseconds since it was broken; less than 0 before that.</param>
/// <param name="Detail">More about it; null where there is nothing.</param>
public sealed record TimelineStep(string Step, long AtMs, string? Detail = null);

/// <summary>The clients' changes, looked up one by one.</summary>
/// <param name="Acknowledged">Changes that a client was told are done.</param>
/// <param name="Lost">Of these, what is not there.</param>
/// <param name="Duplicated">Done more than once.</param>
/// <param name="Reordered">In another order than their client made them.</param>
/// <param name="StaleReads">Reads that did not see what had been acknowledged before.</param>
public sealed record DrillChanges(int Acknowledged, int Lost, int Duplicated, int Reordered, long StaleReads);

/// <summary>The clients' requests.</summary>
/// <param name="Sent">All of them.</param>
/// <param name="Held">Times that a front door made one wait.</param>
/// <param name="Replayed">Times that a front door sent one again.</param>
/// <param name="Failed">Answered with an error, or not at all.</param>
/// <param name="FailedRepeatable">Of these, those that were safe or carried an <c>Idempotency-Key</c>: they are promised to wait instead.</param>
/// <param name="MaxWaitMs">The longest that one took.</param>
public sealed record DrillRequests(long Sent, long Held, long Replayed, long Failed, long FailedRepeatable, long MaxWaitMs);

/// <summary>The subscriber.</summary>
/// <param name="Missed">Acknowledged changes that never came.</param>
/// <param name="Repeated">Changes that came more than once.</param>
/// <param name="Connections">How often it had to connect.</param>
public sealed record DrillEvents(int Missed, int Repeated, int Connections);

/// <summary>A promise and what was measured.</summary>
/// <param name="Name">Its name in the blueprint (<c>rto</c>, <c>core.rpo</c>), or one of Banyan's own.</param>
/// <param name="Target">At most.</param>
/// <param name="Measured">What it was.</param>
/// <param name="Held">Whether it held.</param>
public sealed record DrillObjective(string Name, string Target, string Measured, bool Held);
