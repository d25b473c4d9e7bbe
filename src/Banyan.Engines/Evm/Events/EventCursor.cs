using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Evm.Events;

/// <summary>
/// How far a follower is. Store it in one step with what the events did, and each event is told once, whatever crashes. Immutable.
/// </summary>
public sealed record EventCursor
{
    /// <summary>The first block that it ever was to read.</summary>
    public required ulong Start { get; init; }

    /// <summary>The next block to read.</summary>
    public required ulong Next { get; init; }

    /// <summary>The newest blocks that were read, the newest last.</summary>
    public IReadOnlyList<SeenBlock> Seen { get; init; } = [];

    /// <summary>Before a block; 0 for all there ever was.</summary>
    public static EventCursor Before(ulong block) => new() { Start = block, Next = block };

    /// <summary>To store.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EventJson.Default.EventCursor);

    /// <summary>Reads what was stored.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out EventCursor? cursor)
    {
        cursor = null;
        try
        {
            cursor = JsonSerializer.Deserialize(json, EventJson.Default.EventCursor);
            return cursor is not null && cursor.Next >= cursor.Start;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

[JsonSerializable(typeof(EventCursor))]
internal sealed partial class EventJson : JsonSerializerContext;
