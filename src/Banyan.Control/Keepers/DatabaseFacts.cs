using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>What was observed of a private instance at one moment: all that <see cref="KeeperPlan"/> decides by. Immutable.</summary>
internal sealed record DatabaseFacts
{
    public required DataFolderFacts Folder { get; init; }

    /// <summary>What the folder was last made to be; null where nothing is known.</summary>
    public FolderState? State { get; init; }

    /// <summary>The live server of the folder; null where none runs.</summary>
    public LiveServer? Server { get; init; }

    /// <summary>Whether we hold and watch that server.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Whether its configuration files are as wanted; true where that was not looked at.</summary>
    public bool IsConfigured { get; init; } = true;

    /// <summary>The keeper is to end.</summary>
    public bool StopWanted { get; init; }

    /// <summary>Starts that failed and deaths, one after the other without a healthy while between.</summary>
    public int Failures { get; init; }

    /// <summary>How long ago the last of them was.</summary>
    public TimeSpan SinceFailure { get; init; }

    /// <summary>The slots that a primary has and that still keep what their standby needs; null where it was not asked or did not answer.</summary>
    public IReadOnlyList<string>? GoodSlots { get; init; }

    /// <summary>Of a primary whose commits are to wait for a standby, which says to be in sync: whether that is still to be proven.</summary>
    public bool NeedsProof { get; init; }

    /// <summary>Of a primary that is handed over and rests: whether it ended with everything written and sent.</summary>
    public bool EndedCleanly { get; init; }

    /// <summary>Whether it was stopped for a hand-over at a moment when its standbys had all of it, by this keeper and for this epoch.</summary>
    public bool EndedLevel { get; init; }

    /// <summary>How a standby stands to its primary.</summary>
    public StandbyLink Link { get; init; }

    /// <summary>Of an old primary's folder that rests: how it stands to the new primary.</summary>
    public OldPrimary Past { get; init; }
}

/// <summary>How an old primary's data stands to the history of the new primary.</summary>
internal enum OldPrimary
{
    /// <summary>Not asked, or the new primary gives no answer, or is none yet.</summary>
    Unknown,

    /// <summary>It was stopped cleanly, and the new primary has all of it: it can follow as it is.</summary>
    Contained,

    /// <summary>It crashed, or holds more: it must be looked at.</summary>
    Apart,
}

/// <summary>How a standby stands to its primary.</summary>
internal enum StandbyLink
{
    /// <summary>Not asked, or not answered.</summary>
    Unknown,

    /// <summary>It receives.</summary>
    Streams,

    /// <summary>It does not receive, and time may mend that.</summary>
    Waits,

    /// <summary>The template that it would be made from is not its primary's.</summary>
    OtherTemplate,

    /// <summary>It is behind, and its primary has removed the WAL that it needs: only a new copy helps.</summary>
    Outrun,

    /// <summary>It holds changes that its primary does not, or another history: never replaced without being asked.</summary>
    Diverged,
}
