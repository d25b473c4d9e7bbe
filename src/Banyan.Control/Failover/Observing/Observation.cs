using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Control.Failover.Observing;

/// <summary>
/// What the keeper of one region sees of the others: the value of <c>observations/REGION</c> in the consensus store, written
/// when it changes and gone when its observer is. Immutable.
/// </summary>
/// <param name="Observer">The region that looks.</param>
/// <param name="Regions">What it sees of every other region.</param>
public sealed record Observation(string Observer, IReadOnlyDictionary<string, RegionSight> Regions)
{
    /// <summary>What every observation's key begins with.</summary>
    public const string Keys = "observations/";

    /// <summary>The key of an observer's word.</summary>
    public static string Key(string observer) => Keys + observer;

    /// <summary>What is seen of a region; unknown where nothing is said.</summary>
    public RegionSight Of(string region) => Regions.TryGetValue(region, out var sight) ? sight : default;

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ObservationJson.Default.Observation);

    /// <exception cref="JsonException">It is not an observation.</exception>
    public static Observation Parse(string json) => JsonSerializer.Deserialize(json, ObservationJson.Default.Observation) ?? throw new JsonException("An observation is null.");
}

/// <summary>What is seen of a region, process by process.</summary>
/// <param name="Cell">Its cell.</param>
/// <param name="Keeper">Its keeper.</param>
/// <param name="Database">Its partition's database; looked at only while something else is amiss.</param>
public readonly record struct RegionSight(Sight Cell, Sight Keeper, Sight Database)
{
    /// <summary>Every process is dead: nothing there can acknowledge anything.</summary>
    [JsonIgnore]
    public bool IsDead => (Cell, Keeper, Database) is (Sight.Refused, Sight.Refused, Sight.Refused);

    /// <summary>Neither cell nor keeper answers.</summary>
    [JsonIgnore]
    public bool IsGone => Cell is Sight.Silent or Sight.Refused && Keeper is Sight.Silent or Sight.Refused;

    /// <summary>The cell does not answer, though the keeper does.</summary>
    [JsonIgnore]
    public bool IsWithoutCell => Cell is Sight.Silent or Sight.Refused && Keeper is Sight.Up;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Observation))]
internal sealed partial class ObservationJson : JsonSerializerContext;
