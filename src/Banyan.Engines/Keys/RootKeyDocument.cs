using System.Text.Json.Serialization;

namespace Banyan.Engines.Keys;

/// <summary>What the root key file holds. Never logged, and says nothing of its keys as text.</summary>
internal sealed record RootKeyDocument
{
    public const int CurrentFormat = 1;

    [JsonPropertyName("format")]
    public required int Format { get; init; }

    /// <summary>The key of fingerprints, base64; never rotated, because fingerprints are stored.</summary>
    [JsonPropertyName("fingerprint_key")]
    public required string FingerprintKey { get; init; }

    [JsonPropertyName("root_keys")]
    public required IReadOnlyList<RootKeyEntry> Keys { get; init; }

    public override string ToString() => nameof(RootKeyDocument);
}

/// <summary>One version of the root key.</summary>
internal sealed record RootKeyEntry
{
    [JsonPropertyName("version")]
    public required int Version { get; init; }

    [JsonPropertyName("made_at")]
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Base64.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    public override string ToString() => $"root key {Version}";
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(RootKeyDocument))]
internal sealed partial class RootKeyJson : JsonSerializerContext;
