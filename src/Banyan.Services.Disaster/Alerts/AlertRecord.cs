using System.Security.Cryptography;
using System.Text;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>A message as it is stored. Immutable.</summary>
internal sealed record AlertRecord
{
    /// <summary>Its own id, which is also the receipt of its acceptance; sorts by time.</summary>
    public required Guid Id { get; init; }

    public required CapAlert Alert { get; init; }

    public required AlertState State { get; init; }

    /// <summary>When it stops being active; null for messages that never are.</summary>
    public required DateTimeOffset? Expires { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The XML, byte for byte.</summary>
    public required byte[] Cap { get; init; }

    /// <summary>SHA-256 of <see cref="Cap"/>.</summary>
    public required byte[] Digest { get; init; }

    /// <summary>Its JSON: see <see cref="AlertDocument"/>.</summary>
    public string Document { get; init; } = "";

    /// <summary>Whether the public may know of it: Actual and Public, nothing else.</summary>
    public bool IsPublic => Alert is { Status: CapStatus.Actual, Scope: CapScope.Public };

    /// <summary>Whether it ends or replaces others.</summary>
    public bool Supersedes => Alert.MessageType is CapMessageType.Update or CapMessageType.Cancel;

    /// <summary>What a message becomes when it is taken.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="alert">The message.</param>
    /// <param name="cap">Its XML.</param>
    /// <param name="now">When it was taken.</param>
    /// <param name="defaultLifetime">How long an info lasts that does not say.</param>
    public static AlertRecord Create(Guid id, CapAlert alert, byte[] cap, DateTimeOffset now, TimeSpan defaultLifetime)
    {
        DateTimeOffset? expires = alert.MessageType is CapMessageType.Alert or CapMessageType.Update
            ? alert.Infos.Select(i => i.Expires?.Instant ?? (i.Effective ?? alert.Sent).Instant + defaultLifetime).DefaultIfEmpty(alert.Sent.Instant + defaultLifetime).Max()
            : null;
        // Npgsql takes instants in UTC; PostgreSQL keeps microseconds.
        var received = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        return new AlertRecord
        {
            Id = id,
            Alert = alert,
            State = expires is not { } end ? AlertState.Recorded : end <= now ? AlertState.Expired : AlertState.Active,
            Expires = expires?.ToUniversalTime(),
            ReceivedAt = received,
            Cap = cap,
            Digest = SHA256.HashData(cap),
        };
    }

    /// <summary>The same with its JSON.</summary>
    public AlertRecord WithDocument(IReadOnlyList<EarlierAlert> supersedes) =>
        this with { Document = Encoding.UTF8.GetString(AlertDocument.Write(this, supersedes)) };
}
