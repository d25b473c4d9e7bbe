using System.Text.Json.Serialization;

namespace Banyan.Engines.Consensus.Single;

/// <summary>One line of the store's file: exactly one of its parts is there. Immutable.</summary>
internal sealed record LogRecord
{
    /// <summary>The file was on disk up to here when this was written; damage before it is no torn write.</summary>
    [JsonPropertyName("s")]
    public long Synced { get; init; }

    /// <summary>The first line.</summary>
    public HeadRecord? Head { get; init; }

    /// <summary>A value as it was when the file was begun.</summary>
    public StoredValue? Kept { get; init; }

    /// <summary>A lease was granted.</summary>
    public GrantRecord? Grant { get; init; }

    /// <summary>A lease ended, and with it its keys; <see cref="Revision"/> is there where it had some.</summary>
    public long? End { get; init; }

    /// <summary>The revision of <see cref="Writes"/>, or of the end of a lease.</summary>
    public long? Revision { get; init; }

    /// <summary>A commit's writes.</summary>
    public IReadOnlyList<StoreWrite>? Writes { get; init; }
}

/// <summary>The first line of the file.</summary>
/// <param name="Format">Of the file.</param>
/// <param name="Revision">Of the values that follow.</param>
/// <param name="Count">How many lines follow that were there when the file was put in place.</param>
internal sealed record HeadRecord(int Format, long Revision, int Count);

/// <summary>A lease, with its time to live in milliseconds.</summary>
internal sealed record GrantRecord(long Id, long Milliseconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LogRecord))]
internal sealed partial class LogJson : JsonSerializerContext;
