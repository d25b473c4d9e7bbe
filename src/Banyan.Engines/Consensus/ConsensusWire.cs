using System.Text.Json.Serialization;

namespace Banyan.Engines.Consensus;

/// <summary>What <c>banyan consensus</c> and its clients say to each other: JSON over HTTP on the loopback.</summary>
public static class ConsensusWire
{
    /// <summary>Carries the platform's instance: a store does not talk to another platform's processes.</summary>
    public const string InstanceHeader = "Banyan-Instance";

    /// <summary>A watch that is silent for longer than a few of these is broken.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
}

/// <summary>Asks for a commit.</summary>
public sealed record CommitRequest(IReadOnlyList<StoreCondition> Conditions, IReadOnlyList<StoreWrite> Writes);

/// <summary>The store's answers and questions, as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredValue))]
[JsonSerializable(typeof(StoreSnapshot))]
[JsonSerializable(typeof(CommitRequest))]
[JsonSerializable(typeof(StoreCommit))]
[JsonSerializable(typeof(StoreLease))]
[JsonSerializable(typeof(StoreChange))]
[JsonSerializable(typeof(bool))]
public sealed partial class ConsensusJson : JsonSerializerContext;
