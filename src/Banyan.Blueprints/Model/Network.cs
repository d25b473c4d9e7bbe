namespace Banyan.Blueprints.Model;

/// <summary>How regions are wired.</summary>
public sealed record Network : Element
{
    /// <summary>Addresses of a region, CIDR.</summary>
    public string? Addresses { get; init; }

    /// <summary>Kinds of subnets and what stands in each.</summary>
    public Named<IReadOnlyList<string>> Subnets { get; init; } = Named<IReadOnlyList<string>>.None;

    /// <summary>How regions and people reach each other, such as <c>vpc-peering</c>, <c>tunnels</c>.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    public IReadOnlyList<Quantities.Product> Products { get; init; } = [];
}

/// <summary>A way that data takes through the platform.</summary>
public sealed record Flow : NamedElement
{
    /// <summary>What is done, in order.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>The services, stores and systems that it passes, in order. Not resolved by the reader.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Where it leaves a record, such as <c>chain</c>.</summary>
    public IReadOnlyList<string> RecordsOn { get; init; } = [];
}
