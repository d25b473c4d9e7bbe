using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>The door of a region: what every request passes.</summary>
public sealed record Gateway : Element
{
    public IReadOnlyList<Product> Engines { get; init; } = [];

    /// <summary>Instances in each region.</summary>
    public Range<Count>? Instances { get; init; }

    public IReadOnlyList<Condition> ScaleWhen { get; init; } = [];

    public Resources? Resources { get; init; }

    /// <summary>Limits by what is counted, such as <c>ip</c>, <c>user</c>.</summary>
    public Named<RateLimit> RateLimits { get; init; } = Named<RateLimit>.None;

    /// <summary>How callers prove who they are.</summary>
    public IReadOnlyList<string> Authentication { get; init; } = [];

    /// <summary>How it is decided what they may do.</summary>
    public IReadOnlyList<string> Authorization { get; init; } = [];

    /// <summary>What is checked of a request.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>What listens: <c>http</c> to 80.</summary>
    public Named<int> Listeners { get; init; } = Named<int>.None;

    /// <summary>Where encryption from the client ends, such as <c>edge</c>, <c>gateway</c>, <c>service</c>.</summary>
    public string? TlsEndsAt { get; init; }

    public string? Certificates { get; init; }

    public IReadOnlyList<Product> Mesh { get; init; } = [];

    /// <summary>How requests are spread over instances.</summary>
    public IReadOnlyList<string> Balancing { get; init; } = [];

    public HealthCheck? HealthCheck { get; init; }

    /// <summary>What happens when a service does not answer, such as <c>circuit-breakers</c>.</summary>
    public IReadOnlyList<string> Resilience { get; init; } = [];

    public Objectives? Objectives { get; init; }

    /// <summary>Whether one API serves all regions.</summary>
    public bool? Global { get; init; }

    public IReadOnlyList<Tier> Tiers { get; init; } = [];
}

/// <summary>How often one caller may ask.</summary>
/// <param name="Limit">Null where the plan names the limit without a number.</param>
public sealed record RateLimit(Rate? Limit);
