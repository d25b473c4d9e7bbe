namespace Banyan.Blueprints.Model;

/// <summary>What happens when something fails, wherever a tier, region or store does not say otherwise.</summary>
public sealed record Failover : Element
{
    /// <summary>A whole region is lost.</summary>
    public FailoverPolicy? Region { get; init; }

    /// <summary>A database's primary is lost.</summary>
    public FailoverPolicy? Database { get; init; }

    /// <summary>An instance of a service is lost.</summary>
    public FailoverPolicy? Service { get; init; }

    /// <summary>The failures that the plan speaks of, and what it does about each.</summary>
    public Named<string> Scenarios { get; init; } = Named<string>.None;
}
