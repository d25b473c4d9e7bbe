using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>One thing to do for a database; then it is observed again.</summary>
internal abstract record KeeperStep
{
    private KeeperStep()
    {
    }

    /// <summary>Make the data folder as a copy of the template.</summary>
    public sealed record MakeFromTemplate : KeeperStep;

    /// <summary>Make the standby, or make it anew, from its running primary; stop its server first where one runs.</summary>
    public sealed record MakeFromPrimary : KeeperStep;

    /// <summary>Start the server.</summary>
    public sealed record Start : KeeperStep;

    /// <summary>Hold and watch the server that runs already.</summary>
    public sealed record Adopt : KeeperStep;

    /// <summary>Stop the server, because it is to run otherwise.</summary>
    public sealed record Stop(string Why) : KeeperStep;

    /// <summary>Make slots that are missing.</summary>
    public sealed record MakeSlots(IReadOnlyList<string> Names) : KeeperStep;

    /// <summary>All is as wanted: wait for the server's end or the next look.</summary>
    public sealed record Watch : KeeperStep;

    /// <summary>Wait after a failure.</summary>
    public sealed record Pause(TimeSpan For) : KeeperStep;

    /// <summary>Leave it as it is: someone must act. Look again after a while.</summary>
    public sealed record Refuse(PostgresError Error) : KeeperStep;

    /// <summary>Nothing runs and nothing is to run.</summary>
    public sealed record End : KeeperStep;
}
