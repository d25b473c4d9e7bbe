using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Cells.Partitions;

/// <summary>
/// Where a partition is: the truth that the control plane keeps in the consensus store under
/// <see cref="PartitionKeys.Record"/>. Every change raises the epoch or compares with what was read. Immutable.
/// </summary>
public sealed record PartitionRecord
{
    /// <summary>Grows each time the primary moves; 1 at first.</summary>
    public required int Epoch { get; init; }

    /// <summary>The region whose database is the primary of this epoch, and whose cell may hold the partition's lease.</summary>
    public required string Primary { get; init; }

    /// <summary>The region that a planned switch goes to: the primary's cell finishes what it has begun and gives up the lease. Null at rest.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// Whether commits wait for a standby. Then <see cref="InSync"/> names the standbys that hold every acknowledged change,
    /// and only those may take over without loss.
    /// </summary>
    public bool Synchronous { get; init; }

    /// <summary>The regions whose standby holds every acknowledged change; empty where replication is asynchronous or the standby is gone.</summary>
    public IReadOnlyList<string> InSync { get; init; } = [];

    /// <summary>The primary of the epoch before; null in the first.</summary>
    public string? Previous { get; init; }

    /// <summary>Why the epoch was raised, in one line; null in the first.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The services that the primary's region does without while it carries this partition beside its own, the least important
    /// first: for all that it serves, not for this partition only. Empty where it can carry all, and at home.
    /// </summary>
    public IReadOnlyList<string> Shed { get; init => field = value ?? []; } = []; // null where it was written before there was any

    /// <summary>In what way the primary's region can't carry all that it has been given, in one line; null where it can.</summary>
    public string? Shortage { get; init; }

    /// <summary>Whether the epoch began with a switch in order, rather than with a primary that was lost.</summary>
    public bool Planned { get; init; }

    /// <summary>When this epoch or switch began, by the clock of who wrote it; for people, never for decisions.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PartitionJson.Default.PartitionRecord);

    /// <exception cref="JsonException">It is not a record.</exception>
    public static PartitionRecord Parse(string json) => JsonSerializer.Deserialize(json, PartitionJson.Default.PartitionRecord) ?? throw new JsonException("A partition's record is null.");
}

/// <summary>Who may write to a partition now: the value of <see cref="PartitionKeys.Lease"/>, which vanishes when it is not renewed. Immutable.</summary>
/// <param name="Epoch">The epoch that it is held in.</param>
/// <param name="Region">The region whose cell holds it.</param>
/// <param name="Holder">That cell's process, made anew at each start: what was granted to a process that died is never another's.</param>
public sealed record PartitionHold(int Epoch, string Region, string Holder)
{
    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PartitionJson.Default.PartitionHold);

    /// <exception cref="JsonException">It is not a hold.</exception>
    public static PartitionHold Parse(string json) => JsonSerializer.Deserialize(json, PartitionJson.Default.PartitionHold) ?? throw new JsonException("A partition's hold is null.");
}

/// <summary>Names in the consensus store.</summary>
public static class PartitionKeys
{
    /// <summary>What every partition's record begins with.</summary>
    public const string Records = "partitions/";

    /// <summary>What every partition's lease begins with.</summary>
    public const string Leases = "leases/";

    /// <summary>The key of a partition's record.</summary>
    public static string Record(string partition) => Records + partition;

    /// <summary>What the keys of all approvals of a partition begin with.</summary>
    public static string Approvals(string partition) => $"approvals/{partition}/";

    /// <summary>What the keys of approvals begin with, of moving a partition out of an epoch; the role follows.</summary>
    public static string Approvals(string partition, int epoch) => string.Create(CultureInfo.InvariantCulture, $"approvals/{partition}/{epoch}/");

    /// <summary>The key of a partition's lease.</summary>
    public static string Lease(string partition) => Leases + partition;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PartitionRecord))]
[JsonSerializable(typeof(PartitionHold))]
internal sealed partial class PartitionJson : JsonSerializerContext;
