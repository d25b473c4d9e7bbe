using System.Text.Json.Serialization;

namespace Banyan.Engines.Consensus.Remote;

/// <summary>How <see cref="ConsensusClient"/> and the server of a <see cref="SingleStore"/> talk: POST, JSON both ways, one path a question.</summary>
public static class ConsensusWire
{
    /// <summary>Header that carries the platform's instance id: another platform's processes are refused.</summary>
    public const string InstanceHeader = "Banyan-Instance";

    public const string Get = "/v1/get";
    public const string List = "/v1/list";
    public const string Commit = "/v1/commit";
    public const string Grant = "/v1/grant";
    public const string Renew = "/v1/renew";
    public const string Revoke = "/v1/revoke";

    /// <summary>Answered by lines of <see cref="WatchLine"/>, one at least every <see cref="Heartbeat"/>.</summary>
    public const string Watch = "/v1/watch";

    /// <summary>A watch that is silent for longer than twice this has lost its server.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(900);
}

/// <summary>A key, or a prefix of keys.</summary>
public sealed record KeyQuestion(string Key);

/// <summary>The value of a key.</summary>
public sealed record ValueAnswer(StoredValue? Value);

/// <summary>A commit.</summary>
public sealed record CommitQuestion(IReadOnlyList<StoreCondition> Conditions, IReadOnlyList<StoreWrite> Writes);

/// <summary>A wish for a lease, or what it got.</summary>
public sealed record LeaseText(long Id, double Milliseconds);

/// <summary>A lease.</summary>
public sealed record LeaseQuestion(long Lease);

/// <summary>Whether a lease goes on.</summary>
public sealed record RenewAnswer(bool Alive);

/// <summary>A prefix, and the revision after which changes are wanted.</summary>
public sealed record WatchQuestion(string Prefix, long After);

/// <summary>A line of a watch: a change; or why there are none any more; or neither, which says that the server lives.</summary>
public sealed record WatchLine(StoreChange? Change = null, string? Compacted = null);

/// <summary>Why a question was not answered.</summary>
public sealed record RefusalAnswer(string Message);

/// <summary>Source-generated JSON of the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyQuestion))]
[JsonSerializable(typeof(ValueAnswer))]
[JsonSerializable(typeof(StoreSnapshot))]
[JsonSerializable(typeof(CommitQuestion))]
[JsonSerializable(typeof(StoreCommit))]
[JsonSerializable(typeof(LeaseText))]
[JsonSerializable(typeof(LeaseQuestion))]
[JsonSerializable(typeof(RenewAnswer))]
[JsonSerializable(typeof(WatchQuestion))]
[JsonSerializable(typeof(WatchLine))]
[JsonSerializable(typeof(RefusalAnswer))]
public sealed partial class ConsensusJson : JsonSerializerContext;
