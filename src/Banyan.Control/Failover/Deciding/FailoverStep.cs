namespace Banyan.Control.Failover.Deciding;

/// <summary>What a keeper is to do about a partition now. Immutable.</summary>
internal abstract record FailoverStep
{
    private FailoverStep()
    {
    }

    /// <summary>Nothing is amiss.</summary>
    public sealed record Rest : FailoverStep;

    /// <summary>Something is amiss; not yet, or not by us.</summary>
    /// <param name="Why">One line.</param>
    public sealed record Wait(string Why) : FailoverStep;

    /// <summary>Raise the epoch and take the partition over, by one commit that compares with what was read.</summary>
    /// <param name="Reason">One line.</param>
    public sealed record TakeOver(string Reason) : FailoverStep;

    /// <summary>It could be taken over if these roles approved.</summary>
    /// <param name="Roles">Who has not approved yet.</param>
    /// <param name="Why">What they approve.</param>
    public sealed record Ask(IReadOnlyList<string> Roles, string Why) : FailoverStep;

    /// <summary>Have the partition switch to another region, in order.</summary>
    public sealed record Switch(string Target, string Reason) : FailoverStep;

    /// <summary>Drop the request for a switch: it can't be done.</summary>
    public sealed record RefuseRequest(string Why) : FailoverStep;

    /// <summary>Give up a planned switch.</summary>
    public sealed record CancelSwitch(string Why) : FailoverStep;

    /// <summary>The cell has given up its lease: stop the database in order, so that its standby has everything.</summary>
    public sealed record HandOver(string Target) : FailoverStep;

    /// <summary>The database is stopped: raise the epoch with the target as the primary.</summary>
    public sealed record CompleteSwitch(string Target, string Reason) : FailoverStep;

    /// <summary>Have commits wait for this region's standby (null: for none), and say in the record which standbys are in sync, in the order that is safe.</summary>
    /// <param name="Regions">What the record is to say.</param>
    public sealed record SetInSync(IReadOnlyList<string> Regions) : FailoverStep;

    /// <summary>Say in the record which services this region does without while it carries the partition.</summary>
    /// <param name="Carrying">What the record is to say.</param>
    public sealed record Shed(Carrying Carrying) : FailoverStep;
}
