using System.Text.Json.Serialization;

namespace Banyan.Console.Live;

/// <summary>JSON of the console's own API: names in snake case, as docs/console.md lists them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConsoleSnapshot))]
[JsonSerializable(typeof(string[]))]
public sealed partial class ConsoleJson : JsonSerializerContext;
