using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Cli.Output;

/// <summary>What <c>down --format json</c> prints.</summary>
/// <param name="Platform">The platform's name; null where none was ever started there.</param>
/// <param name="Data">The data folder.</param>
/// <param name="Stopped">False where nothing ran.</param>
internal sealed record DownAnswer(string? Platform, string Data, bool Stopped);

/// <summary>Writes it.</summary>
internal static class DownJson
{
    public static string Write(string? platform, string data, bool stopped) =>
        JsonSerializer.Serialize(new DownAnswer(platform, data, stopped), AnswerJson.Default.DownAnswer);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DownAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
