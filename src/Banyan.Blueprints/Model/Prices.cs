using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>What the platform costs.</summary>
public sealed record Prices : Element
{
    /// <summary>Each region.</summary>
    public PriceList? EachRegion { get; init; }

    /// <summary>The platform as a whole, beyond its regions.</summary>
    public PriceList? Platform { get; init; }

    /// <summary>Everything, as the plan states it.</summary>
    public Range<Money>? Total { get; init; }

    /// <summary>The most that may be spent.</summary>
    public Range<Money>? Budget { get; init; }

    /// <summary>What is done to spend less.</summary>
    public IReadOnlyList<string> Savings { get; init; } = [];

    /// <summary>Whose prices they are.</summary>
    public IReadOnlyList<Product> Basis { get; init; } = [];
}

/// <summary>Items and their sum.</summary>
public sealed record PriceList : Element
{
    public Named<PriceItem> Items { get; init; } = Named<PriceItem>.None;

    /// <summary>The sum as the plan states it.</summary>
    public Range<Money>? Total { get; init; }
}

/// <summary>One line of a price list. Written as a sum of money or in full.</summary>
public sealed record PriceItem : NamedElement
{
    public Range<Money>? Price { get; init; }

    /// <summary>Paths of what it pays for, such as <c>stores.accounts</c>. Not resolved by the reader.</summary>
    public IReadOnlyList<string> Covers { get; init; } = [];

    /// <summary>The amount of data that it pays for.</summary>
    public Range<ByteSize>? Amount { get; init; }

    /// <summary>The number of machines that it pays for.</summary>
    public Range<Count>? Nodes { get; init; }
}
