using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>How a request finds its region.</summary>
public sealed record Routing : Element
{
    /// <summary>What the world reaches first; alternatives and parts alike.</summary>
    public IReadOnlyList<Product> Entry { get; init; } = [];

    /// <summary>The policies in the order in which they are asked; empty where nothing is said. Not resolved by the reader.</summary>
    public IReadOnlyList<string> Precedence { get; init; } = [];

    public Named<RoutingPolicy> Policies { get; init; } = Named<RoutingPolicy>.None;

    public HealthCheck? HealthChecks { get; init; }

    /// <summary>How long resolvers may keep an answer.</summary>
    public Duration? Ttl { get; init; }

    /// <summary>Kinds of DNS records.</summary>
    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>Fixed addresses that the world can reach it by.</summary>
    public int? StaticAddresses { get; init; }

    /// <summary>Places where content is kept near its readers.</summary>
    public Range<Count>? EdgeLocations { get; init; }

    /// <summary>What is balanced where: <c>regional</c> to <c>alb</c>.</summary>
    public Named<IReadOnlyList<Product>> Balancers { get; init; } = Named<IReadOnlyList<Product>>.None;
}

/// <summary>One way to choose a region.</summary>
public sealed record RoutingPolicy : NamedElement
{
    public RoutingKind Kind { get; init; }

    /// <summary>The part of the traffic of each region, or of each nested policy.</summary>
    public Named<Percentage> Shares { get; init; } = Named<Percentage>.None;

    /// <summary>Where each country or area goes: a region or a nested policy.</summary>
    public Named<string> Areas { get; init; } = Named<string>.None;

    /// <summary>Where everyone else goes.</summary>
    public string? Otherwise { get; init; }

    /// <summary>Regions (or nested policies) among which it chooses; all where none is named. For failover in order.</summary>
    public IReadOnlyList<string> Among { get; init; } = [];

    public HealthCheck? HealthCheck { get; init; }

    public Duration? Ttl { get; init; }

    /// <summary>How the first choice takes its place back.</summary>
    public FailoverMode? Failback { get; init; }

    public IReadOnlyList<Product> By { get; init; } = [];
}

/// <summary>How a routing policy chooses.</summary>
public enum RoutingKind
{
    /// <summary>By where the client is.</summary>
    Geographic,

    /// <summary>The quickest to answer.</summary>
    Latency,

    /// <summary>By shares.</summary>
    Weighted,

    /// <summary>The first that is well.</summary>
    Failover,

    /// <summary>The nearest by distance.</summary>
    Nearest,
}

/// <summary>How it is found out whether something is well.</summary>
public sealed record HealthCheck : Element
{
    public string? HttpPath { get; init; }

    public Duration? Every { get; init; }

    public Duration? Timeout { get; init; }

    /// <summary>Failures in a row that count as down.</summary>
    public int? Threshold { get; init; }

    /// <summary>Regions that look, each for itself.</summary>
    public int? Observers { get; init; }

    /// <summary>Kinds of checks, such as <c>liveness</c>, <c>readiness</c>.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    public IReadOnlyList<Product> By { get; init; } = [];
}
