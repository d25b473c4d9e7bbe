using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>What happens when something fails. Written as one word (<c>automatic</c>) or in full.</summary>
public sealed record FailoverPolicy : Element
{
    public FailoverMode Mode { get; init; }

    /// <summary>The approvers whose consent is needed first, in order; each is declared under <c>governance.approvers</c>.</summary>
    public IReadOnlyList<string> Approvals { get; init; } = [];

    /// <summary>Whether those who approve do so on the chain, where each organisation's consent is a transaction.</summary>
    public bool OnChain { get; init; }

    /// <summary>Whether people follow a runbook.</summary>
    public bool? Runbook { get; init; }

    /// <summary>What carries it out.</summary>
    public IReadOnlyList<Product> By { get; init; } = [];

    /// <summary>Regions, tiers or patterns that take over, first choice first.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>How long it takes from the failure until it is detected.</summary>
    public Duration? DetectedIn { get; init; }

    /// <summary>How long it takes once it begins; people's steps included.</summary>
    public Duration? Takes { get; init; }

    /// <summary>How the failed part takes its place back.</summary>
    public FailoverMode? Failback { get; init; }

    /// <summary>What is done, in order.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Whether a person has a step in it.</summary>
    public bool NeedsPeople => Mode == FailoverMode.Manual || Approvals.Count > 0 || Runbook == true;
}

/// <summary>Who carries out a failover.</summary>
public enum FailoverMode
{
    /// <summary>The platform by itself.</summary>
    Automatic,

    /// <summary>People.</summary>
    Manual,

    /// <summary>Nobody: clients go to the neighbouring site.</summary>
    Neighbour,

    /// <summary>There is none.</summary>
    None,
}
