using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Control.Drills;

/// <summary>What drills say of a platform's promises. Pure.</summary>
public static class DrillProofs
{
    /// <summary>Each promise with what the last drill measured, and when a passing one last showed that it holds.</summary>
    /// <param name="platform">Whose promises.</param>
    /// <param name="evidence">Results, in any order.</param>
    /// <param name="now">The moment that ages are counted from.</param>
    public static IReadOnlyList<ObjectiveStatus> Of(PlatformState platform, IReadOnlyList<DrillEvidence> evidence, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var telling = evidence.Where(static e => Scenario.Find(e.Result.Scenario) is { ProvesRecovery: true }).OrderByDescending(static e => e.RecordedAt).ToList();
        return [.. platform.Objectives.Select(objective =>
        {
            // A promise that the blueprint has changed since was not the one that was measured.
            var measures = telling.SelectMany(e => e.Result.Objectives.Where(o => o.Name == objective.Name && o.Target == objective.Target).Select(o => (e.RecordedAt, e.Result.Passed, Objective: o))).ToList();
            var proof = measures.Where(static m => m.Passed && m.Objective.Held).Select(static m => (DateTimeOffset?)m.RecordedAt).FirstOrDefault();
            return new ObjectiveStatus(
                objective.Name, objective.Target, measures.Count > 0 ? measures[0].Objective.Measured : null, proof, proof is { } at && (now - at).TotalSeconds <= platform.DrillsEverySeconds);
        })];
    }
}
