using System.Text.Json.Serialization;

namespace Banyan.Engines.Evm.Sending;

/// <summary>A line of a <see cref="FileSendStore"/>.</summary>
internal sealed record SendStoreLine(SendRecord Record, bool Removed);

[JsonSerializable(typeof(SendStoreLine))]
internal sealed partial class SendStoreJson : JsonSerializerContext;
