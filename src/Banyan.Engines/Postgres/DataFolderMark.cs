using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Postgres;

/// <summary>Who a data folder belongs to, written into it when it is made (<c>banyan.json</c>). Immutable.</summary>
/// <param name="Instance">The platform's random instance id.</param>
/// <param name="Partition">The partition; empty for a template.</param>
/// <param name="Region">The region that runs it; empty for a template.</param>
public sealed record DataFolderMark(string Instance, string Partition, string Region)
{
    /// <summary>The mark's file name.</summary>
    public const string FileName = "banyan.json";

    /// <summary>The fingerprint of the passwords in a template.</summary>
    public string? Passwords { get; init; }

    /// <summary>Null where there is none, or none that can be read.</summary>
    internal static DataFolderMark? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), DataFolderJson.Default.DataFolderMark);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    internal string ToJson() => JsonSerializer.Serialize(this, DataFolderJson.Default.DataFolderMark);

    /// <summary>Whether it is the same platform, partition and region.</summary>
    internal bool IsSamePlace(DataFolderMark other) => (Instance, Partition, Region) == (other.Instance, other.Partition, other.Region);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DataFolderMark))]
internal sealed partial class DataFolderJson : JsonSerializerContext;
