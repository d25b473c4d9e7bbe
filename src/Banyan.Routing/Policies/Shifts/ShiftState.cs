namespace Banyan.Routing.Policies.Shifts;

/// <summary>How far a shift is.</summary>
public enum ShiftPhase
{
    /// <summary>A step is being watched.</summary>
    Watching,

    /// <summary>All of it goes to the new side.</summary>
    Done,

    /// <summary>All is as it was before.</summary>
    Returned,
}

/// <summary>Why a shift is where it is.</summary>
public enum ShiftReason
{
    /// <summary>It has begun.</summary>
    Begun,

    /// <summary>The step has not been watched for long enough.</summary>
    WindowOpen,

    /// <summary>There were too few requests to say anything.</summary>
    TooFewRequests,

    /// <summary>There are more errors than on the other side, and it is not sure yet that this is no chance.</summary>
    Doubtful,

    /// <summary>The step held, and the next began.</summary>
    StepHeld,

    /// <summary>The last step held.</summary>
    AllHeld,

    /// <summary>There are more errors than are accepted, and than the other side has, beyond chance.</summary>
    TooManyErrors,

    /// <summary>A step took longer than it may.</summary>
    TookTooLong,

    /// <summary>Someone called it back.</summary>
    CalledBack,
}

/// <summary>A shift at one moment. Immutable.</summary>
/// <param name="Step">Index of the step.</param>
/// <param name="StepBegan">When it began.</param>
/// <param name="OldAtStep">What the old side had had then.</param>
/// <param name="NewAtStep">What the new side had had then.</param>
/// <param name="Baseline">What the old side had in the last step in which it was asked enough: when all goes to the new side, it is compared with that.</param>
public sealed record ShiftState(ShiftPhase Phase, int Step, DateTimeOffset StepBegan, SideCount OldAtStep, SideCount NewAtStep, SideCount Baseline, ShiftReason Reason)
{
    /// <summary>Part of the traffic that the new side gets, 0 to 1.</summary>
    public double PartOfNew(ShiftPlan plan) => Phase switch
    {
        ShiftPhase.Watching => plan.Steps[Step] / 100,
        ShiftPhase.Done => 1,
        _ => 0,
    };
}
