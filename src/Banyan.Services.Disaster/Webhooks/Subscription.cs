using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>A subscription as its follower needs it. Immutable.</summary>
internal sealed record Subscription(Guid Id, Interest Interest, WebhookFormat Format);
