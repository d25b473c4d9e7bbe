namespace Banyan.Services.Disaster;

/// <summary>The journal topics of this service.</summary>
public static class DisasterTopics
{
    /// <summary>What the public may know: changes of alerts that are Actual and Public, and nothing else.</summary>
    public const string Alerts = "disaster.alerts";

    /// <summary>That any other message was taken: exercises, tests, restricted and private ones, acknowledgements. Never their content.</summary>
    public const string Messages = "disaster.messages";

    /// <summary>That a webhook subscription was made or removed; never its address or secret.</summary>
    public const string Subscriptions = "disaster.subscriptions";

    /// <summary>Read, not written: what other services ask this one to issue.</summary>
    public const string Requests = "alerts.requested";
}
