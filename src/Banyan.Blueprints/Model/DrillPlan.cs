using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>How often the platform's promises are to be proven by drills, and by which.</summary>
public sealed record DrillPlan : Element
{
    /// <summary>How old the last passing drill of an objective may be for it to count as proven.</summary>
    public Duration Every { get; init; } = Duration.FromDays(30);

    /// <summary>The drills of <c>banyan drill programme</c>, in order; empty: Banyan's own.</summary>
    public IReadOnlyList<PlannedDrill> Programme { get; init; } = [];
}

/// <summary>One drill of a programme.</summary>
public sealed record PlannedDrill : Element
{
    /// <summary>What is broken.</summary>
    public DrillScenario Scenario { get; init; }

    /// <summary>The region whose residents feel it; null: the blueprint's first.</summary>
    public string? Region { get; init; }

    /// <summary>How long it stays broken, 1 s to 10 min; null: as the scenario has it.</summary>
    public Duration? For { get; init; }

    /// <summary>Requests a second of all clients, 10 to 20,000; null: 200.</summary>
    public Rate? Rate { get; init; }
}

/// <summary>What a drill breaks; docs/drills.md says how.</summary>
public enum DrillScenario
{
    RegionLoss,
    CellCrash,
    DatabaseCrash,
    Freeze,
    Partition,
    StandbyLoss,
    ControlLoss,
    ConsensusLoss,
    FrontDoorLoss,
    Failback,
    DiskFull,
}
