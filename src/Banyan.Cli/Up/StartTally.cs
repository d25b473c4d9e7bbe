using Banyan.Control.Processes;

namespace Banyan.Cli.Up;

/// <summary>What of one region is up.</summary>
internal sealed class StartTally
{
    /// <summary>Its primary takes connections.</summary>
    public bool Primary { get; private set; }

    /// <summary>All its databases run, the standbys of others included.</summary>
    public bool Databases { get; private set; }

    /// <summary>Its cell serves.</summary>
    public bool Cell { get; private set; }

    /// <summary>Since the start of the run, when the last of it was up; null until then.</summary>
    public TimeSpan? Done { get; private set; }

    /// <summary>The last death of one of its processes; null where all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Counts an event.</summary>
    /// <returns>True when that was the last that was missing.</returns>
    public bool Add(RunEvent happened)
    {
        switch (happened.Step)
        {
            case RunStep.Ready when happened.Child!.Kind == ChildKind.Keeper: Primary = true; break;
            case RunStep.Following: Databases = true; break;
            case RunStep.Ready when happened.Child!.Kind == ChildKind.Cell: Cell = true; break;
            case RunStep.Died: Trouble = happened.ToString(); break;
        }

        if (Done is not null || !(Primary && Databases && Cell))
            return false;
        (Done, Trouble) = (happened.At, null);
        return true;
    }
}
