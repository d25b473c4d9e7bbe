using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>What is promised: of the platform, a tier, a region, a service, a store or the chain. Each is a limit: an RTO of 15m means that service is back within 15 minutes.</summary>
public sealed record Objectives : Element
{
    /// <summary>The longest time from a failure until service is restored.</summary>
    public Duration? Rto { get; init; }

    /// <summary>The longest stretch of changes that a failure may lose.</summary>
    public Duration? Rpo { get; init; }

    /// <summary>The mean time to repair.</summary>
    public Duration? Mttr { get; init; }

    /// <summary>The least share of time in service.</summary>
    public Percentage? Availability { get; init; }

    /// <summary>The longest time of an answer, by percentile (<c>p95</c>) or by what is asked (<c>query</c>); under <c>all</c> where only one limit is given.</summary>
    public Named<Duration> Latency { get; init; } = Named<Duration>.None;

    /// <summary>The least rate, by what is counted (<c>requests</c>, <c>transactions</c>, <c>iops</c>); under <c>all</c> where only one is given.</summary>
    public Named<Range<Rate>> Throughput { get; init; } = Named<Range<Rate>>.None;

    /// <summary>The least bandwidth between the regions that this is said of.</summary>
    public Range<Bandwidth>? Bandwidth { get; init; }

    /// <summary>The longest time from an alert's acceptance until its subscribers have it.</summary>
    public Duration? AlertLatency { get; init; }

    /// <summary>The least share of requests answered without an error of ours.</summary>
    public Percentage? SuccessRate { get; init; }

    /// <summary>What is promised of each region on its own; on the platform's objectives only.</summary>
    public Objectives? EachRegion { get; init; }
}
