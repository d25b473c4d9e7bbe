using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Control.Notifications;

/// <summary>Something that people are told of: as it waits in the consensus store, one copy a webhook. Immutable.</summary>
public sealed record Notice
{
    /// <summary>The same in each copy and at each attempt.</summary>
    public required string Id { get; init; }

    /// <summary>See <see cref="NoticeKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The CloudEvents type, such as <c>banyan.failover</c> or <c>banyan.drill.begun</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The partition or region that it is about.</summary>
    public required string Subject { get; init; }

    /// <summary>When it happened, by the clock of who noticed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The region whose keeper delivers it while that one lives; null: anyone.</summary>
    public string? By { get; init; }

    /// <summary>More about it.</summary>
    public required NoticeData Data { get; init; }

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, NoticeJson.Default.Notice);

    /// <returns>Null where it is not one, or of another version.</returns>
    public static Notice? TryParse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, NoticeJson.Default.Notice);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body that is delivered (CloudEvents 1.0, structured mode).</summary>
    /// <param name="platform">The platform's name.</param>
    /// <param name="instance">Made once for each data folder: ids are unique within the two.</param>
    public byte[] ToCloudEvent(string platform, string instance) => JsonSerializer.SerializeToUtf8Bytes(
        new NoticeEvent("1.0", Id, $"/platforms/{platform}/{instance}", Type, Subject, At.ToUniversalTime(), "application/json", Data), NoticeJson.Default.NoticeEvent);
}

/// <summary>What is said of it; what does not apply is left out.</summary>
public sealed record NoticeData
{
    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>In one line, for people.</summary>
    public required string Text { get; init; }

    /// <summary>The region that it is about.</summary>
    public string? Region { get; init; }

    /// <summary>The partition.</summary>
    public string? Partition { get; init; }

    /// <summary>The epoch that began.</summary>
    public int? Epoch { get; init; }

    /// <summary>The primary's region now.</summary>
    public string? Primary { get; init; }

    /// <summary>And before.</summary>
    public string? Previous { get; init; }

    /// <summary>Why it moved.</summary>
    public string? Reason { get; init; }

    /// <summary>The regions that say so.</summary>
    public IReadOnlyList<string>? Observers { get; init; }

    /// <summary>The drill's scenario.</summary>
    public string? Scenario { get; init; }

    /// <summary>What came of the drill: <c>passed</c>, <c>failed</c> or <c>aborted</c>.</summary>
    public string? Outcome { get; init; }

    /// <summary>How long clients were without service in the drill.</summary>
    public long? RtoMs { get; init; }

    /// <summary>Acknowledged changes that were lost in the drill.</summary>
    public int? Lost { get; init; }
}

internal sealed record NoticeEvent(string Specversion, string Id, string Source, string Type, string Subject, DateTimeOffset Time, string Datacontenttype, NoticeData Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(NoticeEvent))]
internal sealed partial class NoticeJson : JsonSerializerContext;
