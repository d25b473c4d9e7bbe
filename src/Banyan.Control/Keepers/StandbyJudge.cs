using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>Says how a standby stands to its primary. Pure.</summary>
internal static class StandbyJudge
{
    /// <param name="standby">What the standby says.</param>
    /// <param name="primary">What its primary says; null where it does not answer.</param>
    /// <param name="primaryHasWal">Whether the primary has the WAL after the standby's position; null where it does not answer.</param>
    public static StandbyLink Judge(ServerFacts standby, ServerFacts? primary, bool? primaryHasWal)
    {
        if (standby.IsStreaming)
            return StandbyLink.Streams;
        if (primary is null || primaryHasWal is null || primary.IsStandby)
            return StandbyLink.Waits;
        // With another history positions can't be compared. Ahead of its primary: the primary was made anew, or an older one came back.
        if (standby.SystemIdentifier != primary.SystemIdentifier || standby.Position > primary.Position)
            return StandbyLink.Diverged;
        return primaryHasWal.Value ? StandbyLink.Waits : StandbyLink.Outrun;
    }
}
