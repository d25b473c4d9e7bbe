namespace Banyan.Services.Disaster.Webhooks;

/// <summary>One change for one subscriber, due to be sent. Immutable.</summary>
/// <param name="Id">The same for each attempt.</param>
/// <param name="Subscription">For whom.</param>
/// <param name="Entry">The journal entry of the change.</param>
/// <param name="Attempts">How often it was tried before.</param>
/// <param name="Since">When it was first due.</param>
/// <param name="Url">Where to.</param>
/// <param name="Target">Host and port, for limits.</param>
/// <param name="Format">What the body is.</param>
/// <param name="Secret">What it is signed with.</param>
internal sealed record Delivery(Guid Id, Guid Subscription, Guid Entry, int Attempts, DateTimeOffset Since, Uri Url, string Target, WebhookFormat Format, byte[] Secret)
{
    /// <summary>The <c>webhook-id</c>, by which a receiver tells repeats.</summary>
    public string MessageId => $"msg_{Id:N}";
}
