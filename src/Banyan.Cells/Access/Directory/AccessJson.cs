using System.Text.Json.Serialization;

namespace Banyan.Cells.Access.Directory;

/// <summary>A session that was ended before its time, as it is stored.</summary>
/// <param name="Until">When the last of its tokens ends by itself.</param>
internal sealed record EndedSession(DateTimeOffset Until);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SigningKey))]
[JsonSerializable(typeof(ApiKeyEntry))]
[JsonSerializable(typeof(ClientEntry))]
[JsonSerializable(typeof(EndedSession))]
internal sealed partial class AccessJson : JsonSerializerContext;
