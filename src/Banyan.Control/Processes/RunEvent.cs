namespace Banyan.Control.Processes;

/// <summary>Something that happened while a platform was started, ran or was stopped.</summary>
/// <param name="At">Since the start of the run.</param>
/// <param name="Child">Which child; null for the platform as a whole.</param>
/// <param name="Step">What.</param>
/// <param name="Detail">More, in one line.</param>
public sealed record RunEvent(TimeSpan At, ChildSpec? Child, RunStep Step, string? Detail = null)
{
    /// <summary>One line for a log or a plain terminal.</summary>
    public override string ToString()
    {
        var what = Step switch
        {
            RunStep.Note => Detail ?? "",
            _ when Child is null => Detail is null ? Step.ToString().ToLowerInvariant() : $"{Step.ToString().ToLowerInvariant()}: {Detail}",
            _ => Detail is null ? $"{Child.Name} {Step.ToString().ToLowerInvariant()}" : $"{Child.Name} {Step.ToString().ToLowerInvariant()}: {Detail}",
        };
        return what;
    }
}

/// <summary>What can happen to a child, or to the platform.</summary>
public enum RunStep
{
    /// <summary>Something worth knowing.</summary>
    Note,
    Started,

    /// <summary>For a keeper: its primary takes connections. For a cell and the front door: it serves.</summary>
    Ready,

    /// <summary>For a keeper: each of its standbys follows.</summary>
    Following,
    Died,
    Stopping,
    Stopped,

    /// <summary>It did not stop by itself in time.</summary>
    Killed,
}
