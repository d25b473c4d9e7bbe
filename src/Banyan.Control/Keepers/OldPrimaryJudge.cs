using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>Says how an old primary's resting folder stands to the new primary. Pure.</summary>
internal static class OldPrimaryJudge
{
    /// <param name="partition">The partition that both are to be of.</param>
    /// <param name="old">What the folder says of itself; null where it can't be read.</param>
    /// <param name="history">What the new primary says; null where it gives no answer or is none.</param>
    public static OldPrimary Judge(string partition, ControlFacts? old, TimelineHistory? history)
    {
        // All databases of a platform share a system identifier: the name tells whose primary answers on that port.
        if (history is null || !history.Name.StartsWith(partition + "@", StringComparison.Ordinal))
            return OldPrimary.Unknown;
        return old is { IsCleanPrimary: true } && old.SystemIdentifier == history.SystemIdentifier && history.ContainsRecordAt(old.Timeline, old.Checkpoint)
            ? OldPrimary.Contained : OldPrimary.Apart;
    }
}
