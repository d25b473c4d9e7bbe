using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Control.Chain;

/// <summary>
/// How anchoring stands: what <c>status</c> shows, and what the keeper that anchors remembers, in the consensus store. Immutable.
/// </summary>
public sealed record ChainStatus
{
    /// <summary>Its key in the consensus store.</summary>
    public const string Key = "chain/anchoring";

    /// <summary>The region whose keeper anchors.</summary>
    public required string By { get; init; }

    /// <summary>When it last looked and something had changed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The height of the chain then; null where it gave no answer.</summary>
    public long? Height { get; init; }

    /// <summary>Why the chain can't be used, in one line; null where it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether a guardian has paused the contracts.</summary>
    public bool Paused { get; init; }

    /// <summary>Each log, in the order of the platform's partitions.</summary>
    public IReadOnlyList<LogAnchorStatus> Logs { get; init; } = [];

    /// <summary>The same but for the moment and the height.</summary>
    internal bool SaysTheSame(ChainStatus other) => By == other.By && Problem == other.Problem && Paused == other.Paused && Logs.SequenceEqual(other.Logs);

    /// <summary>Its text in the store.</summary>
    public string ToText() => JsonSerializer.Serialize(this, ChainStatusJson.Default.ChainStatus);

    /// <summary>Reads it; null where it is of another version.</summary>
    public static ChainStatus? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ChainStatusJson.Default.ChainStatus);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How the anchor of a log stands. Immutable.</summary>
public sealed record LogAnchorStatus
{
    /// <summary>The log's partition.</summary>
    public required string Partition { get; init; }

    /// <summary>
    /// <c>anchored</c>; <c>behind</c>, <c>confirming</c>, <c>paused</c>, <c>undeployed</c>, <c>unreachable</c>: it will be; <c>empty</c>,
    /// <c>no-checkpoint</c>: there is nothing to anchor; <c>fork</c>, <c>log-behind</c>: log and anchor contradict each other, and somebody must look.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Entries of the log's newest checkpoint; null where there is none.</summary>
    public long? Size { get; init; }

    /// <summary>Entries of the newest anchor; null where there is none.</summary>
    public long? Anchored { get; init; }

    /// <summary>Its root, in base64.</summary>
    public string? Root { get; init; }

    /// <summary>The block that it is in.</summary>
    public long? Block { get; init; }

    /// <summary>Whether enough blocks have followed.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Since when the log has had more than is anchored and confirmed; null where it has not.</summary>
    public DateTimeOffset? BehindSince { get; init; }

    /// <summary>More, in one line.</summary>
    public string? Detail { get; init; }

    /// <summary>Entries that no anchor covers.</summary>
    [JsonIgnore]
    public long Behind => Math.Max(0, (Size ?? 0) - (Anchored ?? 0));

    /// <summary>Whether log and anchor contradict each other.</summary>
    [JsonIgnore]
    public bool Contradicts => State is "fork" or "log-behind";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChainStatus))]
internal sealed partial class ChainStatusJson : JsonSerializerContext;
