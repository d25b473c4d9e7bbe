namespace Banyan.Blueprints.Model;

/// <summary>Who is told of what happens to the platform.</summary>
public sealed record Notifications : Element
{
    /// <summary>Whether webhooks may go to private, loopback and link-local addresses, and by http to loopback.</summary>
    public bool AllowPrivate { get; init; }

    public IReadOnlyList<Webhook> Webhooks { get; init; } = [];
}

/// <summary>Someone who is told by HTTP (Standard Webhooks).</summary>
public sealed record Webhook : Element
{
    /// <summary>Where to.</summary>
    public string Url { get; init; } = "";

    /// <summary>Where the key is that it is signed with: <c>env:NAME</c> or <c>file:/PATH</c>.</summary>
    public string Secret { get; init; } = "";

    /// <summary>What it is told of; empty: everything.</summary>
    public IReadOnlyList<NotificationEvent> Events { get; init; } = [];
}

/// <summary>What someone can be told of.</summary>
public enum NotificationEvent
{
    /// <summary>Most other regions find that a region does not answer.</summary>
    Suspicion,

    /// <summary>A partition was taken over from a primary that is lost.</summary>
    Failover,

    /// <summary>A partition was moved away from home in order.</summary>
    Switchover,

    /// <summary>A partition came home.</summary>
    Failback,

    /// <summary>A drill has begun, or has ended.</summary>
    Drill,
}
