using System.Text.Json.Serialization;

namespace Banyan.Services.Disaster.Webhooks;

internal sealed record SubscriptionPage(string? Next, IReadOnlyList<SubscriptionView> Subscriptions);

internal sealed record DeliveryPage(string? Next, IReadOnlyList<DeliveryView> Deliveries);

/// <summary>JSON of subscriptions and deliveries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SubscriptionView))]
[JsonSerializable(typeof(SubscriptionPage))]
[JsonSerializable(typeof(DeliveryPage))]
internal sealed partial class WebhookJson : JsonSerializerContext;
