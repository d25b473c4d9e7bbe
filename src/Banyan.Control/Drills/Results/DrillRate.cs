namespace Banyan.Control.Drills;

/// <summary>How a drill's clients fared for about a second.</summary>
/// <param name="Changes">Changes acknowledged, a second.</param>
/// <param name="Requests">Requests that ended, a second.</param>
/// <param name="Failed">Of these, those that failed, a second.</param>
public sealed record DrillRate(double Changes, double Requests, double Failed);
