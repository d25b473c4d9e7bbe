using System.Text.Json.Serialization;

namespace Banyan.Control.Status;

/// <summary>JSON of the status records: names in snake case, as docs/cli.md lists them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PlatformStatus))]
[JsonSerializable(typeof(CellReport))]
[JsonSerializable(typeof(KeeperReport))]
public sealed partial class StatusJson : JsonSerializerContext;
