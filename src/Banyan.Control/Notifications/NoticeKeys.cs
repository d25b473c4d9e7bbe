namespace Banyan.Control.Notifications;

/// <summary>What is kept of notices in the consensus store.</summary>
internal static class NoticeKeys
{
    /// <summary>What every notice that waits begins with; after it the webhook, and the notice's id.</summary>
    public const string Pending = "notices/pending/";

    /// <summary>The notices that wait for a webhook.</summary>
    public static string PendingOf(string webhook) => $"{Pending}{webhook}/";

    /// <summary>The epoch of a partition that was last told of.</summary>
    public static string Told(string partition) => "notices/told/" + partition;

    /// <summary>There while a region is suspected and that was told.</summary>
    public static string Suspected(string region) => "notices/suspected/" + region;
}
