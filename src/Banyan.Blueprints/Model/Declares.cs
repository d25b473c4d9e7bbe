using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Totals that the plan states about itself; more than one number where it states several that differ. What is really listed is counted from the model.</summary>
public sealed record Declares : Element
{
    public IReadOnlyList<Range<Count>> Regions { get; init; } = [];

    /// <summary>Regions and the sites of all patterns.</summary>
    public IReadOnlyList<Range<Count>> Sites { get; init; } = [];

    public IReadOnlyList<Range<Count>> Services { get; init; } = [];

    /// <summary>Services of each group.</summary>
    public Named<IReadOnlyList<Range<Count>>> Groups { get; init; } = Named<IReadOnlyList<Range<Count>>>.None;

    public IReadOnlyList<Range<Count>> Tiers { get; init; } = [];

    public IReadOnlyList<Range<Count>> Stores { get; init; } = [];
}
