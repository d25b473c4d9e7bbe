using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Many sites at once. The regions that name the pattern (<see cref="Region.Site"/>) are among its count.</summary>
public sealed record SitePattern : NamedElement
{
    /// <summary>The tier of its sites.</summary>
    public Tier Tier { get; init; } = Tier.Edge;

    /// <summary>How many there are: <c>250</c>, <c>10..15</c>, <c>250+</c>.</summary>
    public Range<Count> Count { get; init; }

    /// <summary>The number that is planned with, where the count is a range; else the low end is.</summary>
    public Count? Planned { get; init; }

    /// <summary>The tier or pattern whose sites they attach to; null for the centre.</summary>
    public string? Near { get; init; }

    public Named<Range<ByteSize>> Storage { get; init; } = Named<Range<ByteSize>>.None;

    public Objectives? Objectives { get; init; }

    /// <summary>What happens when one fails; else the tier's policy holds.</summary>
    public FailoverPolicy? Failover { get; init; }

    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>How many of its sites <see cref="Blueprint.AllSites"/> yields, those written as regions included.</summary>
    public long Sites => Planned?.Value ?? Count.Low.Value;
}
