using System.Globalization;

namespace Banyan.Control.Failover.Deciding;

/// <summary>
/// Decides what the keeper of one region does about one partition. Pure: facts in, a step out. Whatever it decides is
/// carried out by a commit that compares with the record and the lease that were read, so a keeper that decides by old
/// facts changes nothing.
/// </summary>
/// <remarks>
/// The candidate decides: the keeper whose database would take over must be alive anyway, so no leader has to be elected
/// first. See docs/decisions/0310-the-candidate-decides.md.
/// </remarks>
internal static class FailoverPlan
{
    /// <summary>A cell that is missing for so long, while its keeper lives, will not be mended by its restart.</summary>
    public static readonly TimeSpan CellPatience = TimeSpan.FromSeconds(5);

    /// <summary>A database that its keeper has not brought back for so long is given up at home.</summary>
    public static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(3);

    /// <summary>A database has so long to be stopped in order before a standby that holds everything goes without it.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    /// <summary>A database whose cell has given it up for not answering has so long to answer its keeper.</summary>
    public static readonly TimeSpan SilencePatience = TimeSpan.FromSeconds(2);

    /// <summary>A cell has so long to give up its lease for a planned switch.</summary>
    public static readonly TimeSpan SwitchPatience = TimeSpan.FromSeconds(10);

    /// <summary>A primary that has not been seen to serve in its epoch has so long to begin: platforms start in any order.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>A partition goes home after its home has been well for so long; each recent move doubles it.</summary>
    public static readonly TimeSpan HomePatience = TimeSpan.FromSeconds(30);

    /// <summary>The approval that someone gives who accepts that changes may be lost.</summary>
    public const string AcceptLoss = "accept-loss";

    /// <summary>The approval of someone where the policy asks for people and names none.</summary>
    public const string Operator = "operator";

    public static FailoverStep Decide(PartitionFacts facts)
    {
        if (facts.Database is not { } database)
            return new FailoverStep.Rest(); // No database of it here: others decide.
        if (facts.IsPaused)
            return new FailoverStep.Wait("moves are paused");
        return facts.Record.Primary == facts.Me ? PrimaryDuty(facts, database) : CandidateDuty(facts, database);
    }

    /// <summary>What the primary's own keeper does: switches in order, and which standbys are in sync.</summary>
    private static FailoverStep PrimaryDuty(PartitionFacts facts, DatabaseSight database)
    {
        var record = facts.Record;
        // Frozen: two say so, its cell, which has given up its lease, and its keeper. Nothing can be had from it, as if it had died.
        var isFrozen = database.IsRunning && facts.Hold is null && facts.WasHeld && database.SilentFor > SilencePatience;
        var (isRunning, downFor) = (database.IsRunning && !isFrozen, database.DownFor);
        if (record.Target is { } target)
        {
            if (facts.Hold is not null)
                return facts.RecordAge > SwitchPatience ? new FailoverStep.CancelSwitch("its cell did not give up the lease") : new FailoverStep.Wait("its cell finishes what it has begun");
            if (database.IsHandedOver)
                return new FailoverStep.CompleteSwitch(target, record.Reason ?? "planned switch");
            // A moment's patience: stopped in order, its history is the target's, and it is the target's standby right after.
            if (database.IsEnding && database.DownFor < StopPatience)
                return new FailoverStep.Wait("its database is being stopped");
            // Dead: the target holds all that was acknowledged, or this database can't be brought up to be stopped in order.
            if (!isRunning && (record.InSync.Contains(target) || (!facts.Policy.Synchronous && (isFrozen || downFor > DatabasePatience) && database.Streaming.Contains(target))))
                return new FailoverStep.CompleteSwitch(target, record.Reason ?? "its database died");
            if (isRunning && !database.Streaming.Contains(target))
                return facts.RecordAge > SwitchPatience ? new FailoverStep.CancelSwitch($"the standby in {target} does not receive") : new FailoverStep.Wait($"the standby in {target} does not receive");
            return new FailoverStep.HandOver(target);
        }

        var others = facts.Holders.Where(h => h != facts.Me).ToList();
        if (!isRunning)
        {
            // Dead at home. Where the standby holds everything it takes over at once; else a restart loses nothing and is tried first.
            var what = isFrozen ? "its database does not answer" : "its database died";
            if (facts.WasHeld && others.Find(record.InSync.Contains) is { } safe && facts.Policy.Mode == FailoverMode.Automatic)
                return new FailoverStep.Switch(safe, $"{what}; the standby holds every acknowledged change");
            if ((isFrozen || downFor > DatabasePatience) && facts.WasHeld && !facts.Policy.Synchronous && facts.Policy.Mode == FailoverMode.Automatic && others.Find(database.Streaming.Contains) is { } last)
                return new FailoverStep.Switch(last, isFrozen ? what : string.Create(CultureInfo.InvariantCulture, $"its database has been down for {downFor.TotalSeconds:0} s and does not come back"));
            return new FailoverStep.Wait(isFrozen ? what : "its database is being brought back");
        }

        if (facts.CellMissing > CellPatience && facts.Hold is null && facts.WasHeld && facts.Policy.Mode == FailoverMode.Automatic && others.Find(database.Streaming.Contains) is { } near)
            return new FailoverStep.Switch(near, string.Create(CultureInfo.InvariantCulture, $"its cell has been missing for {CellPatience.TotalSeconds:0} s"));
        if (facts.Requested is { } requested && requested != facts.Me)
        {
            return !facts.Holders.Contains(requested) ? new FailoverStep.RefuseRequest($"{requested} has no database of it")
                : database.Streaming.Contains(requested) ? new FailoverStep.Switch(requested, "asked for")
                : new FailoverStep.RefuseRequest($"the standby in {requested} does not receive: what was acknowledged would be lost");
        }

        if (facts.Requested is not null)
            return new FailoverStep.RefuseRequest("it is there already");
        if (InSyncStep(facts, database) is { } sync)
            return sync;
        if (record.Shortage != facts.Carrying.Shortage || !record.Shed.SequenceEqual(facts.Carrying.Shed))
            return new FailoverStep.Shed(facts.Carrying); // Another partition has come here or gone, or the blueprint has changed.
        var home = facts.Holders[0];
        if (home != facts.Me && facts.Policy.FailsBack && facts.Hold is not null && database.Streaming.Contains(home))
        {
            var patience = HomePatience * Math.Pow(2, Math.Min(10, Math.Max(0, facts.RecentMoves - 1)));
            return facts.HomeReady > patience ? new FailoverStep.Switch(home, "its home region is well again")
                : new FailoverStep.Wait(string.Create(CultureInfo.InvariantCulture, $"goes home when its home region has been well for {patience.TotalSeconds:0} s"));
        }

        // Looked at closely: it may be its database that does not answer.
        return facts.Hold is null && facts.WasHeld ? new FailoverStep.Wait("nobody holds its lease") : new FailoverStep.Rest();
    }

    private static FailoverStep.SetInSync? InSyncStep(PartitionFacts facts, DatabaseSight database)
    {
        var record = facts.Record;
        if (!facts.Policy.Synchronous)
            return record.Synchronous || record.InSync.Count > 0 ? new FailoverStep.SetInSync([]) : null;
        // In the record after commits wait for it, out of the record before they no longer do; the executor keeps that order.
        var wanted = database.Streaming.Where(r => r != facts.Me).Take(1).ToList();
        if (wanted.Count == 0 && !facts.Policy.Degrades)
            return null; // Commits wait for it to come back: the blueprint's choice.
        return record.Synchronous == wanted.Count > 0 && record.InSync.SequenceEqual(wanted) && database.Synchronous.SequenceEqual(wanted) ? null : new FailoverStep.SetInSync(wanted);
    }

    /// <summary>What the keeper of a standby does: takes over when it may.</summary>
    private static FailoverStep CandidateDuty(PartitionFacts facts, DatabaseSight database)
    {
        var record = facts.Record;
        if (Loss(facts) is not { } loss)
            return facts.Hold is null && facts.WasHeld ? new FailoverStep.Wait($"nobody holds {facts.Partition}, and no quorum says that {record.Primary} is gone") : new FailoverStep.Rest();
        if (loss.NotYet is { } notYet)
            return new FailoverStep.Wait(notYet);
        if (facts.Policy.Mode is FailoverMode.Neighbour or FailoverMode.None)
            return new FailoverStep.Wait($"{record.Primary} is gone; by the blueprint its partition does not move");
        if (database.IsPrimary || !database.IsRunning)
            return new FailoverStep.Wait($"{record.Primary} is gone, and the standby here does not run");
        var needed = new List<string>(facts.Policy.Mode == FailoverMode.Approved ? facts.Policy.Approvals.Count > 0 ? facts.Policy.Approvals : [Operator] : []);
        var why = $"{record.Primary} is gone";
        if (facts.Policy.Synchronous && !record.InSync.Contains(facts.Me))
        {
            // Also where the primary had gone on alone: what it acknowledged then is with it only.
            needed.Add(AcceptLoss);
            why += "; the standby here may lack acknowledged changes";
        }
        else if (!facts.Policy.Synchronous && facts.Policy.RecoveryPoint is { } limit && database.Behind is { } behind && behind > limit)
        {
            needed.Add(AcceptLoss);
            why += string.Create(CultureInfo.InvariantCulture, $"; the standby here is up to {behind.TotalSeconds:0} s behind, more than the {limit.TotalSeconds:0} s that the blueprint allows");
        }

        var missing = needed.Except(facts.Policy.Approved).ToList();
        if (missing.Count > 0)
            return new FailoverStep.Ask(missing, why);
        // Also where this region can't carry it all: it sheds what matters least, and says so in the record.
        return new FailoverStep.TakeOver(facts.Carrying.Shortage is { } shortage ? $"{loss.Reason}; {shortage}" : loss.Reason);
    }

    /// <summary>Whether the primary is lost; null where nothing says so.</summary>
    private static LossJudgement? Loss(PartitionFacts facts)
    {
        var (primary, held) = (facts.Record.Primary, facts.Hold is not null);
        if (!facts.WasHeld && !held && facts.Unheld < StartPatience)
            return Quorum.Says(facts, primary, static s => s.IsGone) ? new LossJudgement("", $"{primary} has not been seen to serve yet") : null;
        if (Quorum.Says(facts, primary, static s => s.IsDead))
        {
            // Each process there is dead, and one that starts anew must get the lease anew: there is nothing to wait for. With a
            // single witness there is: the store is the second.
            return held && facts.Regions.Count < 3
                ? new LossJudgement("", $"{primary} refuses connections; waits for its lease to run out")
                : new LossJudgement($"{primary} is dead: cell, keeper and database refuse connections", null);
        }

        if (Quorum.Says(facts, primary, static s => s.IsGone))
        {
            return held ? new LossJudgement("", $"{primary} is silent; waits for its lease to run out")
                : new LossJudgement($"{primary} is silent and its lease has run out", null);
        }

        // It is heard by others and not by the store, where it would have to renew its lease: no longer its own to mend.
        if (!held && facts.WasHeld && facts.Unheld > CellPatience + SwitchPatience && facts.Observations.All(o => o.Observer != primary))
            return new LossJudgement(string.Create(CultureInfo.InvariantCulture, $"{primary} has not reached the consensus store for {facts.Unheld.TotalSeconds:0} s, and its lease has run out"), null);

        // The keeper there lives. It brings database and cell back, or switches in order; only where it does neither …
        return !held && facts.WasHeld && facts.Unheld > CellPatience + SwitchPatience && facts.CellMissing > CellPatience + SwitchPatience
            ? new LossJudgement($"{primary} has not served for {facts.Unheld.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s, though its keeper lives", null)
            : null;
    }

    /// <param name="Reason">Why it is lost.</param>
    /// <param name="NotYet">What has to be waited for first; null where nothing.</param>
    private sealed record LossJudgement(string Reason, string? NotYet);
}
