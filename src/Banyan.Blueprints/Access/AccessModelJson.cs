using System.Text.Json.Serialization;

namespace Banyan.Blueprints.Access;

/// <summary>Writes and reads a model as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccessModel))]
public sealed partial class AccessModelJson : JsonSerializerContext;
