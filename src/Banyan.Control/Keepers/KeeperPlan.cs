using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>Decides the next step for a private instance. Pure: facts in, a step out.</summary>
/// <remarks>
/// Where a partition's primary is to be is decided elsewhere (the partition's record). A folder changes its role only for a
/// wish of a higher epoch than the folder's own: a start never promotes or demotes, and a wish that is late does nothing.
/// </remarks>
internal static class KeeperPlan
{
    /// <summary>The first wait; the very first restart is at once.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public static KeeperStep Decide(KeptDatabase wanted, DatabaseFacts facts)
    {
        if (facts.StopWanted)
        {
            return facts.Server is null ? new KeeperStep.End()
                : facts.IsHeld ? new KeeperStep.Stop("the keeper ends")
                : new KeeperStep.Adopt();
        }

        // What was begun with an old primary's folder is finished first, whatever the folder looks like meanwhile.
        if (facts.State is { Phase: FolderPhase.Returning or FolderPhase.Returned or FolderPhase.Rewinding or FolderPhase.Replacing } begun)
            return wanted.IsPrimary ? new KeeperStep.Refuse(BeingRebuilt(wanted)) : DecideReturning(wanted, facts, begun);
        if (facts.Folder.Kind == DataFolderKind.Refused)
            return new KeeperStep.Refuse(facts.Folder.Error!);
        if (!wanted.IsPrimary && wanted.Source is null)
            return new KeeperStep.Refuse(NoSource(wanted));
        if (facts.Folder.Kind == DataFolderKind.Ready && facts.Folder.IsStandby == wanted.IsPrimary)
            return DecideOtherRole(wanted, facts);
        if (facts.Folder.Kind == DataFolderKind.Ready && EpochProblem(wanted, facts.State) is { } problem)
            return new KeeperStep.Refuse(problem);
        if (wanted is { IsPrimary: true, HandOver: true })
            return DecideHandOver(facts);
        if (facts.Server is null && Pause(facts) is { } pause)
            return pause;
        if (facts.Folder.Kind == DataFolderKind.Missing)
            return DecideMissing(wanted, facts);
        if ((facts.State?.Epoch ?? 1) < wanted.Epoch || facts.State is { Phase: not FolderPhase.None })
            return new KeeperStep.Note();
        return facts.Server is { } server ? DecideRunning(wanted, facts, server) : new KeeperStep.Start();
    }

    /// <summary>How long to wait after so many failures: 0, 0.2 s, 0.4 s … 5 s.</summary>
    public static TimeSpan PauseAfter(int failures) => failures <= 1 ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - 2, 20)));

    private static KeeperStep.Pause? Pause(DatabaseFacts facts) =>
        PauseAfter(facts.Failures) - facts.SinceFailure is { Ticks: > 0 } pause ? new KeeperStep.Pause(pause) : null;

    private static KeeperStep DecideMissing(KeptDatabase wanted, DatabaseFacts facts)
    {
        if (wanted is { IsPrimary: true, Epoch: > 1 })
            return new KeeperStep.Refuse(Vanished(wanted));
        return !wanted.IsPrimary && facts.Link == StandbyLink.OtherTemplate ? new KeeperStep.MakeFromPrimary() : new KeeperStep.MakeFromTemplate();
    }

    private static KeeperStep DecideRunning(KeptDatabase wanted, DatabaseFacts facts, LiveServer server)
    {
        if (!facts.IsHeld)
            return new KeeperStep.Adopt();
        if (server.Port != 0 && server.Port != wanted.Port)
            return new KeeperStep.Stop($"it listens on port {server.Port}, and the platform wants {wanted.Port}");
        if (!facts.IsConfigured)
            return new KeeperStep.Configure();
        var isOutrun = facts.Link == StandbyLink.Outrun && PauseAfter(facts.Failures) <= facts.SinceFailure;
        if (!server.IsReady)
            return isOutrun ? new KeeperStep.MakeFromPrimary() : new KeeperStep.Watch();
        if (facts.GoodSlots is { } slots && wanted.Slots.Except(slots).ToList() is { Count: > 0 } missing)
            return new KeeperStep.MakeSlots(missing);
        if (facts.NeedsProof)
            return new KeeperStep.ProveSynchronous();
        return isOutrun ? new KeeperStep.MakeFromPrimary() : new KeeperStep.Watch();
    }

    /// <summary>Its server is stopped, and not started again but to be stopped in order: where it died, its standby may lack its last changes.</summary>
    private static KeeperStep DecideHandOver(DatabaseFacts facts)
    {
        if (facts.Server is { } server)
            return !facts.IsHeld ? new KeeperStep.Adopt() : server.IsReady || facts.EndedCleanly ? new KeeperStep.HandOver() : new KeeperStep.Watch();
        return facts.EndedCleanly || facts.EndedLevel ? new KeeperStep.RestHandedOver() : Pause(facts) ?? (KeeperStep)new KeeperStep.Start();
    }

    private static KeeperStep DecideOtherRole(KeptDatabase wanted, DatabaseFacts facts)
    {
        var epoch = facts.State?.Epoch ?? 1; // From before partitions moved: of the first.
        var isBegun = wanted.IsPrimary && facts.State is { Phase: FolderPhase.Promoting } && epoch == wanted.Epoch;
        if (epoch >= wanted.Epoch && !isBegun)
            return new KeeperStep.Refuse(OtherRole(wanted, epoch));
        if (facts.Server is null && Pause(facts) is { } pause)
            return pause;
        if (!wanted.IsPrimary)
            return DecideOldPrimary(facts);
        return facts.Server is not { } server ? new KeeperStep.Start()
            : !facts.IsHeld ? new KeeperStep.Adopt()
            : server.IsReady ? new KeeperStep.Promote()
            : new KeeperStep.Watch();
    }

    /// <summary>The primary of a lower epoch: it takes no more writes, then it becomes a standby.</summary>
    private static KeeperStep DecideOldPrimary(DatabaseFacts facts)
    {
        if (facts.Server is not null)
            return facts.IsHeld ? new KeeperStep.Stop("the partition's primary is elsewhere now") : new KeeperStep.Adopt();
        return facts.Past switch
        {
            OldPrimary.Contained => new KeeperStep.Demote(),
            OldPrimary.Apart => new KeeperStep.FindStranded(),
            _ => new KeeperStep.Await("the partition's new primary"),
        };
    }

    private static KeeperStep DecideReturning(KeptDatabase wanted, DatabaseFacts facts, FolderState begun)
    {
        if (wanted.Source is null)
            return new KeeperStep.Refuse(NoSource(wanted));
        if (facts.Server is not null)
            return facts.IsHeld ? new KeeperStep.Stop("it is an old primary that is being rebuilt") : new KeeperStep.Adopt();
        if (Pause(facts) is { } pause)
            return pause;
        if (facts.Past == OldPrimary.Unknown)
            return new KeeperStep.Await("the partition's new primary");
        return begun.Phase switch
        {
            // What it alone held was brought to the primary of another epoch: the present one may not have it.
            FolderPhase.Returned when begun.Toward != wanted.Epoch => new KeeperStep.FindStranded(),
            FolderPhase.Returning => new KeeperStep.FindStranded(),
            FolderPhase.Returned => new KeeperStep.Rewind(),
            _ => new KeeperStep.Replace(),
        };
    }

    /// <summary>A primary's folder of a lower epoch missed what came between: another region was the primary meanwhile, and may have taken writes.</summary>
    private static PostgresError? EpochProblem(KeptDatabase wanted, FolderState? state)
    {
        if (!wanted.IsPrimary || state is null || state.Epoch == wanted.Epoch)
            return null;
        return new PostgresError(PostgresFailure.OtherRole, state.Epoch > wanted.Epoch
            ? $"{wanted.Name} is of epoch {state.Epoch}, and a primary of epoch {wanted.Epoch} is wanted there: the wish is late, or the record of the partition was lost. It was not touched."
            : $"{wanted.Name} is the primary of epoch {state.Epoch}, and the partition has been elsewhere until epoch {wanted.Epoch}: it may lack what was written there, and was not touched. To take it as it is, delete {wanted.Name}.state beside its folder.");
    }

    private static PostgresError OtherRole(KeptDatabase wanted, int epoch) => new(PostgresFailure.OtherRole, wanted.IsPrimary
        ? $"{wanted.Name} holds a standby of epoch {epoch}, and the platform wants the partition's primary there in epoch {wanted.Epoch}: it was not touched. A partition moves by a switch or a failover, not by a start."
        : $"{wanted.Name} holds a primary of epoch {epoch}, and the platform wants a standby there in epoch {wanted.Epoch}: it was not touched. Move its folder away to have a standby made.");

    private static PostgresError BeingRebuilt(KeptDatabase wanted) => new(PostgresFailure.OtherRole,
        $"{wanted.Name} is an old primary that is being rebuilt as a standby: it can't become the primary before that is done.");

    private static PostgresError Vanished(KeptDatabase wanted) => new(PostgresFailure.Lost,
        $"{wanted.Name} is gone, and the partition's primary of epoch {wanted.Epoch} is wanted there: put its folder back, or move the partition to a standby.");

    private static PostgresError NoSource(KeptDatabase wanted) => new(PostgresFailure.OtherRole,
        $"{wanted.Name} can't follow a primary that is given by connection string: let that database's own standbys follow it.");
}
