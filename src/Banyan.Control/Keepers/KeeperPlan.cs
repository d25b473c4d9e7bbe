using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>Decides the next step for a private instance. Pure: facts in, a step out.</summary>
/// <remarks>
/// It keeps databases in the role that the platform gives them. Moving a partition (epochs, promotion, rewinding an old
/// primary) is decided elsewhere: here a folder of another role is refused, never changed.
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

        if (facts.Folder.Kind == DataFolderKind.Refused)
            return new KeeperStep.Refuse(facts.Folder.Error!);
        if (facts.Folder.Kind == DataFolderKind.Ready && facts.Folder.IsStandby == wanted.IsPrimary)
            return new KeeperStep.Refuse(OtherRole(wanted));
        if (!wanted.IsPrimary && wanted.Source is null)
            return new KeeperStep.Refuse(NoSource(wanted));
        if (facts.Server is null && PauseAfter(facts.Failures) - facts.SinceFailure is { Ticks: > 0 } pause)
            return new KeeperStep.Pause(pause);
        if (facts.Folder.Kind == DataFolderKind.Missing)
            return !wanted.IsPrimary && facts.Link == StandbyLink.OtherTemplate ? new KeeperStep.MakeFromPrimary() : new KeeperStep.MakeFromTemplate();
        return facts.Server is { } server ? DecideRunning(wanted, facts, server) : new KeeperStep.Start();
    }

    /// <summary>How long to wait after so many failures: 0, 0.2 s, 0.4 s … 5 s.</summary>
    public static TimeSpan PauseAfter(int failures) => failures <= 1 ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - 2, 20)));

    private static KeeperStep DecideRunning(KeptDatabase wanted, DatabaseFacts facts, LiveServer server)
    {
        if (!facts.IsHeld)
            return new KeeperStep.Adopt();
        if (server.Port != 0 && server.Port != wanted.Port)
            return new KeeperStep.Stop($"it listens on port {server.Port}, and the platform wants {wanted.Port}");
        if (!server.IsReady)
            return new KeeperStep.Watch();
        if (facts.GoodSlots is { } slots && wanted.Slots.Except(slots).ToList() is { Count: > 0 } missing)
            return new KeeperStep.MakeSlots(missing);
        return facts.Link == StandbyLink.Outrun && PauseAfter(facts.Failures) <= facts.SinceFailure ? new KeeperStep.MakeFromPrimary() : new KeeperStep.Watch();
    }

    private static PostgresError OtherRole(KeptDatabase wanted) => new(PostgresFailure.OtherRole, wanted.IsPrimary
        ? $"{wanted.Name} holds a standby, and the platform wants the partition's primary there: it was not touched. A partition moves by a switch or a failover, not by a start."
        : $"{wanted.Name} holds a primary, and the platform wants a standby there: it was not touched. Move its folder away to have a standby made.");

    private static PostgresError NoSource(KeptDatabase wanted) => new(PostgresFailure.OtherRole,
        $"{wanted.Name} can't follow a primary that is given by connection string: let that database's own standbys follow it.");
}
