using System.Globalization;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>
/// What to do about one log's anchor: what is known in, one decision out. Pure. The chain is the truth about what was anchored; what is
/// remembered serves only to notice that it has forgotten something.
/// </summary>
internal static class AnchoringPlan
{
    /// <summary>The longest wait after anchors that failed one after the other.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    /// <summary>Decides.</summary>
    public static AnchorDecision Decide(LogFacts log, ChainSight chain, AnchoringPolicy policy, DateTimeOffset now)
    {
        if (chain.Problem is not null)
            return Keep(log, AnchorState.Unreachable, chain.Problem, now);
        var anchored = chain.Deployed ? chain.Newest.GetValueOrDefault(log.Partition) : null;
        var lost = Forgotten(log, chain, anchored);
        var record = anchored is null ? null : new AnchorRecord(anchored.Size, anchored.Root, anchored.Block, chain.Height - anchored.Block + 1 >= policy.Confirmations);
        var known = log with { Record = record };
        if (!chain.Deployed)
            return Keep(known, AnchorState.Undeployed, "the contracts are not on the chain yet", now, lost);
        if (log.Head is not { } head)
            return Keep(known, log.HeadProblem is null ? AnchorState.Empty : AnchorState.NoCheckpoint, log.HeadProblem, now, lost);
        if (anchored is not null && head.Size == anchored.Size && head.Root != anchored.Root)
            return Keep(known, AnchorState.Fork, string.Create(CultureInfo.InvariantCulture, $"two trees of {head.Size} entries: the log shows the root {head.Root}, and {anchored.Root} is anchored in block {anchored.Block}; one of them was not the log's"), now, lost);
        if (anchored is not null && head.Size < anchored.Size)
            return Keep(known, AnchorState.LogBehind, string.Create(CultureInfo.InvariantCulture, $"the log shows {head.Size} entries, and {anchored.Size} are anchored in block {anchored.Block}: it has lost some, or shows an old checkpoint"), now, lost);
        if (head.Size == anchored?.Size)
            return Keep(known, record!.Confirmed ? AnchorState.Anchored : AnchorState.Confirming, null, now, lost);
        if (chain.Paused)
            return Keep(known, AnchorState.Paused, "a guardian has paused the contracts", now, lost);
        var due = log.TriedAt is not { } tried || now - tried >= Wait(policy, log.Failures);
        return Keep(known, AnchorState.Behind, log.Failure, now, lost) with { Anchor = due ? head : null };
    }

    /// <summary>How long to leave a log alone after an attempt.</summary>
    public static TimeSpan Wait(AnchoringPolicy policy, int failures)
    {
        var wait = policy.Every * Math.Pow(2, Math.Min(failures, 16));
        return wait > LongestRetry && failures > 0 ? (policy.Every > LongestRetry ? policy.Every : LongestRetry) : wait;
    }

    /// <summary>What was anchored and is not any more, in one line; null where nothing is missing.</summary>
    private static string? Forgotten(LogFacts log, ChainSight chain, ChainAnchor? anchored)
    {
        if (log.Record is not { } record || (anchored is not null && (anchored.Size > record.Size || (anchored.Size == record.Size && anchored.Root == record.Root))))
            return null;
        var was = string.Create(CultureInfo.InvariantCulture, $"the anchor of {log.Partition} at {record.Size} entries, made in block {record.Block}{(record.Confirmed ? "" : " and not confirmed yet")}, is not on the chain any more");
        if (!chain.Deployed)
            return was + ": the chain was reset; the contracts are deployed and the newest checkpoint is anchored again";
        if (anchored is not null && anchored.Size == record.Size)
            return was + string.Create(CultureInfo.InvariantCulture, $": another root of that size is there, in block {anchored.Block}");
        return was + ": the chain was reorganised or set back; the newest checkpoint is anchored again";
    }

    private static AnchorDecision Keep(LogFacts log, AnchorState state, string? detail, DateTimeOffset now, string? lost = null)
    {
        var isBehind = log.Head is { } head && (log.Record is not { } record || record.Size < head.Size || !record.Confirmed);
        return new AnchorDecision(state, detail, log.Record, isBehind ? log.BehindSince ?? now : null, lost);
    }
}
