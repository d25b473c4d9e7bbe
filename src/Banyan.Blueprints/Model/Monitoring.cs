using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>The platform's eyes.</summary>
public sealed record Monitoring : Element
{
    /// <summary>Which product does what: <c>metrics</c> to <c>prometheus</c>.</summary>
    public Named<IReadOnlyList<Product>> Tools { get; init; } = Named<IReadOnlyList<Product>>.None;

    /// <summary>What is watched, by what it is about.</summary>
    public Named<IReadOnlyList<string>> Watched { get; init; } = Named<IReadOnlyList<string>>.None;

    public IReadOnlyList<string> Dashboards { get; init; } = [];

    public Named<AlertRule> Alerts { get; init; } = Named<AlertRule>.None;

    /// <summary>When someone looks, such as <c>24/7</c>.</summary>
    public string? Hours { get; init; }
}

/// <summary>When someone is woken or told.</summary>
public sealed record AlertRule : NamedElement
{
    public AlertSeverity Severity { get; init; }

    public Condition? When { get; init; }

    /// <summary>How long the condition must hold.</summary>
    public Duration? For { get; init; }
}

/// <summary>How urgent an alert is.</summary>
public enum AlertSeverity
{
    Critical,
    Warning,
    Info,
}
