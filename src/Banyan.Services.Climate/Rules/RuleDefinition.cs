using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Services.Climate.Rules;

/// <summary>A rule as a person writes it. Immutable; nothing of it is checked yet.</summary>
internal sealed record RuleDefinition
{
    /// <summary>The bucket or database; any where null.</summary>
    public string? Bucket { get; init; }

    /// <summary>The measurement, such as <c>rain</c>.</summary>
    public string? Measurement { get; init; }

    /// <summary>The field, such as <c>mm</c>: a number or a boolean.</summary>
    public string? Field { get; init; }

    /// <summary>Tags that a series must have. Each series that has them is watched by itself.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary><c>sum</c>, <c>mean</c>, <c>max</c>, <c>min</c>, <c>last</c>, <c>first</c> or <c>count</c>.</summary>
    public string? Function { get; init; }

    /// <summary>Over how long, such as <c>24h</c>: readings from then till now.</summary>
    public string? Window { get; init; }

    /// <summary><c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c> or <c>&lt;=</c>.</summary>
    public string? Comparison { get; init; }

    /// <summary>What the value is compared with.</summary>
    public double? Threshold { get; init; }

    /// <summary>What the value must come back to before the rule can fire again; the threshold where null.</summary>
    public double? Rearm { get; init; }

    /// <summary>The alert that it asks for.</summary>
    public RuleAlert? Alert { get; init; }
}

/// <summary>
/// The alert of a rule, in the words of CAP 1.2 section 3.2.2. Headline, description and instruction may hold
/// <c>{value}</c>, <c>{threshold}</c>, <c>{window}</c>, <c>{rule}</c> and <c>{tag.KEY}</c>.
/// </summary>
internal sealed record RuleAlert
{
    public string? Event { get; init; }

    public string? Category { get; init; }

    public string? Urgency { get; init; }

    public string? Severity { get; init; }

    public string? Certainty { get; init; }

    public string? Headline { get; init; }

    public string? Description { get; init; }

    public string? Instruction { get; init; }

    /// <summary>How long it holds from when it is asked for, such as <c>6h</c>.</summary>
    public string? Expires { get; init; }

    public RuleArea? Area { get; init; }
}

/// <summary>Where the alert is for.</summary>
internal sealed record RuleArea
{
    public string? Description { get; init; }

    /// <summary><c>lat,lon radius_km</c></summary>
    public string? Circle { get; init; }

    /// <summary><c>lat,lon lat,lon …</c></summary>
    public string? Polygon { get; init; }
}

/// <summary>JSON of rules.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RuleDefinition))]
internal sealed partial class RuleJson : JsonSerializerContext
{
    /// <summary>Reads a definition; null and one line that says what is wrong where it is none.</summary>
    public static RuleDefinition? Read(ReadOnlySpan<byte> json, out string? problem)
    {
        try
        {
            var definition = JsonSerializer.Deserialize(json, Default.RuleDefinition);
            problem = definition is null ? "The rule is null." : null;
            return definition;
        }
        catch (JsonException error)
        {
            problem = $"The rule can't be read at {error.Path ?? "$"}: {error.Message.Split(" Path:", 2)[0]}";
            return null;
        }
    }
}
