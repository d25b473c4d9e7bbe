using System.Text.Json.Serialization;

namespace Banyan.Cells.Personal.Rights;

/// <summary>Asks for a correction.</summary>
internal sealed record CorrectionBody([property: JsonPropertyName("field")] string? Field, [property: JsonPropertyName("value")] string? Value);

/// <summary>Asks for a deletion.</summary>
internal sealed record DeletionBody([property: JsonPropertyName("confirm")] string? Confirm);

/// <summary>Asks staff for something.</summary>
internal sealed record RequestBody([property: JsonPropertyName("kind")] string? Kind, [property: JsonPropertyName("details")] string? Details);

[JsonSerializable(typeof(CorrectionBody))]
[JsonSerializable(typeof(DeletionBody))]
[JsonSerializable(typeof(RequestBody))]
internal sealed partial class PersonalJson : JsonSerializerContext;
