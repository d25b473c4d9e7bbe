using System.Globalization;
using Banyan.Blueprints.Quantities;
using Banyan.Control.Drills.Checking;
using Banyan.Control.Drills.Load;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>What a drill measured, before it is judged. Immutable.</summary>
internal sealed record DrillMeasures
{
    public required Scenario Scenario { get; init; }

    /// <summary>The tier of the region whose residents the clients were.</summary>
    public required string Tier { get; init; }

    /// <summary>When it was broken, since the ledger was made.</summary>
    public required TimeSpan Broken { get; init; }

    /// <summary>When the partition began to be brought home, which is no failure any more; null where it was not.</summary>
    public TimeSpan? HomeAt { get; init; }

    public required LoadFigures Load { get; init; }

    public required LedgerVerdict Ledger { get; init; }

    /// <summary>Acknowledged changes that the subscriber never had.</summary>
    public required int MissedEvents { get; init; }

    /// <summary>Commits waited for a standby that had all of them, when it was broken.</summary>
    public required bool Synchronous { get; init; }

    /// <summary>The epoch before and after.</summary>
    public required (int Before, int After) Epoch { get; init; }

    /// <summary>Front doors that there were.</summary>
    public required int FrontDoors { get; init; }
}

/// <summary>Holds what was measured against what is promised. Pure.</summary>
internal static class DrillJudge
{
    /// <summary>The longest time without an acknowledged change after it was broken, until it was brought home; without end where none came any more.</summary>
    public static TimeSpan Rto(DrillMeasures measured) => measured.Load.LongestGapAfter(measured.Broken, measured.HomeAt)?.Length ?? TimeSpan.MaxValue;

    /// <summary>The longest time without an acknowledged change while it was brought home; null where it was not.</summary>
    public static TimeSpan? Home(DrillMeasures measured) => measured.HomeAt is { } home ? measured.Load.LongestGapAfter(home)?.Length : null;

    /// <summary>How far back the loss reaches; zero where nothing is lost.</summary>
    public static TimeSpan Rpo(DrillMeasures measured)
    {
        if (measured.Ledger.FirstLostAt is not { } first)
            return TimeSpan.Zero;
        var until = measured.Ledger.LastLostAt!.Value > measured.Broken ? measured.Ledger.LastLostAt.Value : measured.Broken;
        return until - first;
    }

    /// <summary>Every promise that this drill can tell of: the blueprint's on recovery, and Banyan's own.</summary>
    public static IReadOnlyList<DrillObjective> Judge(DrillMeasures measured, IReadOnlyList<ObjectiveState> promised)
    {
        var objectives = new List<DrillObjective>();
        foreach (var objective in promised)
        {
            var (tier, name) = objective.Name.Split('.', 2) is [var t, var n] ? (t, n) : (null, objective.Name);
            if ((tier is null || tier == measured.Tier) && name is "rto" or "rpo" && Duration.Parse(objective.Target, out var target) is null)
            {
                var value = name == "rto" ? Rto(measured) : Rpo(measured);
                objectives.Add(new DrillObjective(objective.Name, objective.Target, Text(value), value <= target.Value));
            }
        }

        var moved = measured.Epoch.After != measured.Epoch.Before;
        // Where an asynchronous standby took over, what it had not received is lost: that is what the rpo is about.
        if (measured.Synchronous || !moved || measured.Scenario.Name == "failback")
        {
            objectives.Add(None("lost_changes", measured.Ledger.Lost));
            objectives.Add(None("stale_reads", measured.Load.StaleReads));
            objectives.Add(None("missed_events", measured.MissedEvents));
        }

        objectives.Add(None("duplicated_changes", measured.Ledger.Duplicated));
        objectives.Add(None("reordered_changes", measured.Ledger.Reordered));
        objectives.Add(None("inconsistent_changes", measured.Ledger.Inconsistent));
        // Who talked to a front door that is killed has to come again: no other can answer in its place.
        if (measured.Scenario.Name != "front-door-loss")
            objectives.Add(None("failed_repeatable_requests", measured.Load.FailedSafe));
        if (measured.Scenario.Name is "control-loss" or "consensus-loss" or "standby-loss" or "front-door-loss")
            objectives.Add(None("moves", measured.Epoch.After - measured.Epoch.Before));
        return objectives;
    }

    /// <summary>A time as people read it.</summary>
    public static string Text(TimeSpan time) => time == TimeSpan.MaxValue ? "never"
        : time.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##}s");

    private static DrillObjective None(string name, long count) => new(name, "0", count.ToString(CultureInfo.InvariantCulture), count == 0);
}
