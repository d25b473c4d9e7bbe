namespace Banyan.Services.Disaster.Webhooks;

/// <summary>What a delivery's body is.</summary>
internal enum WebhookFormat
{
    /// <summary>The change, as CloudEvents 1.0 JSON (structured mode).</summary>
    CloudEvents,

    /// <summary>The CAP message that made the change, byte for byte. Expiries have none and are not delivered.</summary>
    Cap,
}
