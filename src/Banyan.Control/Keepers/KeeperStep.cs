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

    /// <summary>Remember that the folder's role is of the wish's epoch.</summary>
    public sealed record Note : KeeperStep;

    /// <summary>Start the server, as what its folder is.</summary>
    public sealed record Start : KeeperStep;

    /// <summary>Hold and watch the server that runs already.</summary>
    public sealed record Adopt : KeeperStep;

    /// <summary>Stop the server, because it is to run otherwise or not at all.</summary>
    public sealed record Stop(string Why) : KeeperStep;

    /// <summary>Write the configuration and have the running server read it.</summary>
    public sealed record Configure : KeeperStep;

    /// <summary>Prove that commits wait for the standby that they are to wait for.</summary>
    public sealed record ProveSynchronous : KeeperStep;

    /// <summary>Make the running standby the primary.</summary>
    public sealed record Promote : KeeperStep;

    /// <summary>Stop the server, so that nothing it was told is only with it.</summary>
    public sealed record HandOver : KeeperStep;

    /// <summary>It was handed over: say so, and wait for another wish.</summary>
    public sealed record RestHandedOver : KeeperStep;

    /// <summary>Make the old primary's folder a standby as it is: the new primary has all of it.</summary>
    public sealed record Demote : KeeperStep;

    /// <summary>Look at the old primary's folder: bring what it alone holds to the new primary.</summary>
    public sealed record FindStranded : KeeperStep;

    /// <summary>Rewind the old primary's folder to the new primary, and make it a standby.</summary>
    public sealed record Rewind : KeeperStep;

    /// <summary>Replace the old primary's folder, whose own changes are safe, by a copy of the new primary.</summary>
    public sealed record Replace : KeeperStep;

    /// <summary>Make slots that are missing.</summary>
    public sealed record MakeSlots(IReadOnlyList<string> Names) : KeeperStep;

    /// <summary>All is as wanted: wait for the server's end or the next look.</summary>
    public sealed record Watch : KeeperStep;

    /// <summary>Something else must come first; look again soon.</summary>
    public sealed record Await(string For) : KeeperStep;

    /// <summary>Wait after a failure.</summary>
    public sealed record Pause(TimeSpan For) : KeeperStep;

    /// <summary>Leave it as it is: someone must act. Look again after a while.</summary>
    public sealed record Refuse(PostgresError Error) : KeeperStep;

    /// <summary>Nothing runs and nothing is to run.</summary>
    public sealed record End : KeeperStep;
}
