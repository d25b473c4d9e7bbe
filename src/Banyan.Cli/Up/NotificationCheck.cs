using Banyan.Cells.Webhooks;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;

namespace Banyan.Cli.Up;

/// <summary>Whether those who are to be told can be told, asked before anything is started; nothing is sent.</summary>
internal static class NotificationCheck
{
    /// <exception cref="CommandFailure">An address is not allowed, or a key can't be read.</exception>
    public static void Check(PlatformState platform)
    {
        var policy = new TargetPolicy(platform.Notifications.AllowPrivate);
        foreach (var webhook in platform.Notifications.Webhooks)
        {
            if (policy.Check(webhook.Url, out _) is { } wrong)
                throw new CommandFailure($"the webhook to {webhook.Host} can't be used: {wrong.TrimEnd('.')}{(platform.Notifications.AllowPrivate ? "" : "; `notifications: { allow_private: true }` in the blueprint allows private ones")}");
            if (WebhookSecretSource.Read(webhook.SecretFrom, out _) is { } missing)
                throw new CommandFailure($"the webhook to {webhook.Host} can't be signed: {missing}");
        }
    }
}
