using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>How often the platform's promises are to be proven by drills.</summary>
public sealed record DrillPlan : Element
{
    /// <summary>How old the last passing drill of an objective may be for it to count as proven.</summary>
    public Duration Every { get; init; } = Duration.FromDays(30);
}
