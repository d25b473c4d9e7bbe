using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Banyan.Control.Notifications;

/// <summary>Who is told of what happens to the platform, as <c>platform.json</c> has it. Immutable; holds no secret.</summary>
public sealed record NotificationsState
{
    /// <summary>Whether webhooks may go to private, loopback and link-local addresses, and by http to loopback.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>Each with another address.</summary>
    public IReadOnlyList<WebhookState> Webhooks { get; init; } = [];
}

/// <summary>One who is told.</summary>
/// <param name="Url">Where to; may hold a token, so only its host is shown to people.</param>
/// <param name="SecretFrom">Where the key is that it is signed with: <c>env:NAME</c> or <c>file:/PATH</c>.</param>
/// <param name="Events">What it is told of; see <see cref="NoticeKind"/>.</param>
public sealed record WebhookState(string Url, string SecretFrom, IReadOnlyList<string> Events)
{
    /// <summary>Its name in the consensus store: the same for the same address.</summary>
    [JsonIgnore]
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Url)).AsSpan(0, 6));

    /// <summary>How it is called in front of people.</summary>
    [JsonIgnore]
    public string Host => Uri.TryCreate(Url, UriKind.Absolute, out var uri) ? uri.Authority : "?";
}

/// <summary>What can be told of.</summary>
public static class NoticeKind
{
    /// <summary>Most other regions find that a region does not answer.</summary>
    public const string Suspicion = "suspicion";

    /// <summary>A partition was taken over from a primary that is lost.</summary>
    public const string Failover = "failover";

    /// <summary>A partition was moved away from home in order.</summary>
    public const string Switchover = "switchover";

    /// <summary>A partition came home.</summary>
    public const string Failback = "failback";

    /// <summary>A drill has begun, or has ended.</summary>
    public const string Drill = "drill";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Suspicion, Failover, Switchover, Failback, Drill];
}
