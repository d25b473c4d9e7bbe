namespace Banyan.Blueprints.Model;

/// <summary>Another stack of the same platform, smaller or larger. A section that it has takes the place of the platform's section of that name; the rest stays.</summary>
public sealed record Variant : NamedElement
{
    public Objectives? Objectives { get; init; }

    public Demand? Demand { get; init; }

    public Gateway? Gateway { get; init; }

    public Named<Service>? Services { get; init; }

    public Named<Store>? Stores { get; init; }

    public Named<Region>? Regions { get; init; }

    public Deployment? Deployment { get; init; }

    public Prices? Prices { get; init; }

    /// <summary>What it is used for.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];
}
