using System.Text.Json.Serialization;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>JSON of the smaller answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<ChainLink>))]
[JsonSerializable(typeof(List<AlertError>))]
internal sealed partial class AlertJson : JsonSerializerContext;
