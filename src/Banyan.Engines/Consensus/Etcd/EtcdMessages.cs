using System.Text.Json.Serialization;

namespace Banyan.Engines.Consensus.Etcd;

// The messages of etcd's JSON gateway (rpc.proto and kv.proto of API v3) that are used here: bytes are base64, 64-bit
// integers are strings, and what is zero or empty is left out.
internal sealed record EtcdHeader(long Revision);

internal sealed record EtcdKeyValue(byte[] Key, byte[]? Value, [property: JsonPropertyName("mod_revision")] long ModRevision, long Lease);

internal sealed record EtcdRangeRequest(byte[] Key, [property: JsonPropertyName("range_end")] byte[]? RangeEnd = null);

internal sealed record EtcdRangeResponse(EtcdHeader? Header, IReadOnlyList<EtcdKeyValue>? Kvs);

internal sealed record EtcdCompare(byte[] Key, [property: JsonPropertyName("mod_revision")] long ModRevision)
{
    public string Target => "MOD";

    public string Result => "EQUAL";
}

internal sealed record EtcdPut(byte[] Key, byte[] Value, long Lease);

internal sealed record EtcdDelete(byte[] Key);

internal sealed record EtcdOperation([property: JsonPropertyName("request_put")] EtcdPut? Put = null, [property: JsonPropertyName("request_delete_range")] EtcdDelete? Delete = null);

internal sealed record EtcdTransaction(IReadOnlyList<EtcdCompare> Compare, IReadOnlyList<EtcdOperation> Success);

internal sealed record EtcdTransactionResponse(EtcdHeader? Header, bool Succeeded);

internal sealed record EtcdGrantRequest([property: JsonPropertyName("TTL")] long Seconds);

internal sealed record EtcdLease([property: JsonPropertyName("ID")] long Id);

internal sealed record EtcdLeaseResponse([property: JsonPropertyName("ID")] long Id, [property: JsonPropertyName("TTL")] long Seconds);

internal sealed record EtcdWatchRequest([property: JsonPropertyName("create_request")] EtcdWatchCreate Create);

internal sealed record EtcdWatchCreate(byte[] Key, [property: JsonPropertyName("range_end")] byte[] RangeEnd, [property: JsonPropertyName("start_revision")] long StartRevision);

internal sealed record EtcdEvent(string? Type, [property: JsonPropertyName("kv")] EtcdKeyValue KeyValue);

internal sealed record EtcdWatchResponse(bool Canceled, [property: JsonPropertyName("compact_revision")] long CompactRevision, [property: JsonPropertyName("cancel_reason")] string? CancelReason, IReadOnlyList<EtcdEvent>? Events);

internal sealed record EtcdError(int Code, string? Message);

/// <summary>A line of a streamed answer.</summary>
internal sealed record EtcdLine<T>(T? Result, EtcdError? Error)
    where T : class;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EtcdRangeRequest))]
[JsonSerializable(typeof(EtcdRangeResponse))]
[JsonSerializable(typeof(EtcdTransaction))]
[JsonSerializable(typeof(EtcdTransactionResponse))]
[JsonSerializable(typeof(EtcdGrantRequest))]
[JsonSerializable(typeof(EtcdLease))]
[JsonSerializable(typeof(EtcdLeaseResponse))]
[JsonSerializable(typeof(EtcdWatchRequest))]
[JsonSerializable(typeof(EtcdLine<EtcdWatchResponse>), TypeInfoPropertyName = "WatchLine")]
[JsonSerializable(typeof(EtcdLine<EtcdLeaseResponse>), TypeInfoPropertyName = "LeaseLine")]
[JsonSerializable(typeof(EtcdError))]
internal sealed partial class EtcdJson : JsonSerializerContext;
