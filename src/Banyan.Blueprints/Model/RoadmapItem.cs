using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Something that is only planned.</summary>
public sealed record RoadmapItem : NamedElement
{
    /// <summary>From now until it is there; an open range where only its beginning is said; null where no time is.</summary>
    public Range<Duration>? In { get; init; }

    /// <summary>What it brings: products and features by the names that the rest of the blueprint uses.</summary>
    public IReadOnlyList<string> Gives { get; init; } = [];
}
