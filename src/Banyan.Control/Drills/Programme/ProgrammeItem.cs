namespace Banyan.Control.Drills;

/// <summary>One drill of a programme, as the blueprint has it. Immutable.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Region">Whose residents feel it; null: the first region's.</param>
/// <param name="Seconds">How long it stays broken; null: as the scenario has it.</param>
/// <param name="Rate">Requests a second; null: as asked for, else 200.</param>
public sealed record ProgrammeItem(string Scenario, string? Region = null, int? Seconds = null, int? Rate = null);

/// <summary>What came of a programme: what <c>banyan drill programme --format json</c> prints. Immutable.</summary>
public sealed record ProgrammeResult
{
    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Each drill, in order.</summary>
    public required IReadOnlyList<ProgrammeDrill> Drills { get; init; }

    /// <summary>Every drill ran, and passed.</summary>
    public required bool Passed { get; init; }
}

/// <summary>What came of one drill of a programme.</summary>
/// <param name="Scenario">Its scenario.</param>
/// <param name="Region">Its region.</param>
/// <param name="Passed">It ran, and every promise held.</param>
/// <param name="Problem">Why it could not be run, or not to its end; null where it could.</param>
/// <param name="Result">What was measured; null where it could not be run.</param>
public sealed record ProgrammeDrill(string Scenario, string Region, bool Passed, string? Problem, DrillResult? Result);
