using System.Text.Json;

namespace Banyan.Engines.Credentials.Jose;

/// <summary>JSON of strangers, read so that no two readers can take it differently: no member twice, no comments, no deep nests.</summary>
public static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The object that the bytes are; null where they are none.</summary>
    public static JsonElement? ReadObject(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, Options);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: a name with half a surrogate pair
        {
            return null;
        }
    }

    /// <summary>A member that is a text; null where it is none.</summary>
    public static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return null;
        return TextOf(value);
    }

    /// <summary>A text; null where it is none.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            return null;
        }
    }

    /// <summary>A member that is an object; null where it is none.</summary>
    public static JsonElement? Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    /// <summary>A member that is a text, or a list of texts, as JSON-LD has both; null where it is something else.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return TextOf(value) is { } one ? [one] : null;
        if (value.ValueKind != JsonValueKind.Array)
            return null;
        var texts = value.EnumerateArray().Select(TextOf).OfType<string>().ToList();
        return texts.Count == value.GetArrayLength() ? texts : null;
    }

    /// <summary>A member that is one object, or a list of objects; none where it is not there, null where it is something else.</summary>
    public static IReadOnlyList<JsonElement>? Objects(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
            return [];
        if (value.ValueKind == JsonValueKind.Object)
            return [value];
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static v => v.ValueKind == JsonValueKind.Object) ? [.. value.EnumerateArray()] : null;
    }
}
