using System.Text.Json.Serialization;

namespace Banyan.Cells.Log;

/// <summary>Anchors of a log, as they are answered.</summary>
/// <param name="Log">The log's origin.</param>
/// <param name="Chain">The chain's number.</param>
/// <param name="Contract">The contract.</param>
/// <param name="Count">How many anchors the log has on the chain.</param>
/// <param name="Anchors">Those that were asked for.</param>
/// <param name="Next">What <c>before</c> takes for the next page; null where there is none.</param>
internal sealed record AnchorListJson(string Log, long Chain, string Contract, long Count, IReadOnlyList<AnchorItemJson> Anchors, long? Next);

/// <summary>An anchor.</summary>
internal sealed record AnchorItemJson(long Size, string Root, long Block, string BlockHash, string Transaction, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AnchorListJson))]
internal sealed partial class AnchorListContext : JsonSerializerContext;
