namespace Banyan.Services.Disaster.Webhooks;

/// <summary>Types of entries of <see cref="DisasterTopics.Subscriptions"/>.</summary>
internal static class WebhookTypes
{
    public const string Created = "banyan.disaster.subscription.created.v1";
    public const string Removed = "banyan.disaster.subscription.removed.v1";
    public const string Disabled = "banyan.disaster.subscription.disabled.v1";
}
