using System.Text.Json.Serialization;

namespace Banyan.Control.Stranded;

/// <summary>A change that only an old primary had, as its partition lists it (docs/databases.md). Its data is not shown. Immutable.</summary>
public sealed record StrandedChange
{
    /// <summary>The partition that keeps it; not in the cell's own answer.</summary>
    public string Region { get; init; } = "";

    /// <summary>1, 2, 3 … in the order in which they were accepted.</summary>
    public required long Number { get; init; }

    /// <summary>The journal entry's id, which was its receipt.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>kept</c> until someone decides, then <c>replayed</c> or <c>discarded</c>.</summary>
    public required string State { get; init; }

    /// <summary>The region whose primary accepted it.</summary>
    public required string Origin { get; init; }

    /// <summary>The epoch in which it did.</summary>
    public required int Epoch { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public required string Topic { get; init; }

    public required string Type { get; init; }

    public string? Subject { get; init; }

    /// <summary>Characters of its data.</summary>
    public long DataLength { get; init; }

    public DateTimeOffset FoundAt { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
}

/// <summary>A page of them.</summary>
/// <param name="Kept">How many wait for a decision in the whole partition.</param>
/// <param name="Through">What the next page comes after.</param>
/// <param name="Changes">The changes, by number.</param>
public sealed record StrandedPage(long Kept, long Through, IReadOnlyList<StrandedChange> Changes);

/// <summary>What came of deciding on one.</summary>
/// <param name="Region">The partition that keeps it.</param>
/// <param name="Id">Which.</param>
/// <param name="State">What it is now: as wanted, or what was decided before; null where it is not known there.</param>
/// <param name="Now">Whether it was decided by this call.</param>
public sealed record StrandedDecision(string Region, Guid Id, string? State, bool Now);

/// <summary>A partition gives no answer about its stranded changes.</summary>
public sealed class StrandedUnavailableException(string message) : IOException(message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StrandedPage))]
[JsonSerializable(typeof(StrandedDecision))]
internal sealed partial class StrandedJson : JsonSerializerContext;
