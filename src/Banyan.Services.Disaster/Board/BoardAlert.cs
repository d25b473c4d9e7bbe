using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Board;

/// <summary>An active public alert, ready to be given. Immutable, but for its XML, which is kept once it was asked for.</summary>
internal sealed class BoardAlert
{
    private volatile byte[]? _cap;

    private BoardAlert(Guid id, byte[] json) => (Id, Json) = (id, json);

    public Guid Id { get; }

    /// <summary>As it is given: state first, then the document.</summary>
    public byte[] Json { get; }

    /// <summary>What identifies <see cref="Json"/> as long as the alert is active.</summary>
    public string ETag => $"\"{Id:N}\"";

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public required string Sent { get; init; }

    public required string Sender { get; init; }

    public required AlertReach Reach { get; init; }

    public required ImmutableArray<string> Events { get; init; }

    /// <summary>The CAP XML, once someone has asked for it.</summary>
    public byte[]? Cap
    {
        get => _cap;
        set => _cap = value;
    }

    /// <summary>From a document, as <see cref="Alerts.AlertDocument"/> writes it.</summary>
    public static BoardAlert Read(JsonElement document)
    {
        var text = document.GetRawText();
        return new BoardAlert(document.GetProperty("id"u8).GetGuid(), WithState("active", null, text))
        {
            ReceivedAt = document.GetProperty("received_at"u8).GetDateTimeOffset(),
            Expires = document.GetProperty("expires"u8).GetDateTimeOffset(),
            Sent = document.GetProperty("sent"u8).GetString()!,
            Sender = document.GetProperty("sender"u8).GetString()!,
            Reach = ReachOf.Document(document),
            Events = document.TryGetProperty("infos"u8, out var infos) ? [.. infos.EnumerateArray().Select(static i => i.GetProperty("event"u8).GetString()!).Distinct()] : [],
        };
    }

    /// <summary>A document with what can change in front.</summary>
    public static byte[] WithState(string state, Guid? supersededBy, string document) =>
        Encoding.UTF8.GetBytes(supersededBy is { } by ? $"{{\"state\":\"{state}\",\"superseded_by\":\"{by}\",{document.AsSpan(1)}" : $"{{\"state\":\"{state}\",{document.AsSpan(1)}");
}
