using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Services.Disaster.Requests;

/// <summary>What another service asks for: the data of <c>banyan.alert.requested.v1</c>. Immutable; any part may be missing or wrong.</summary>
internal sealed record AlertRequest
{
    /// <summary>The rule that asked, in the other service's words.</summary>
    public string? Rule { get; init; }

    public string? Event { get; init; }

    /// <summary>A CAP code value, as are urgency, severity and certainty.</summary>
    public string? Category { get; init; }

    public string? Urgency { get; init; }

    public string? Severity { get; init; }

    public string? Certainty { get; init; }

    public string? Headline { get; init; }

    public string? Description { get; init; }

    public string? Instruction { get; init; }

    /// <summary>RFC 3339.</summary>
    public string? Expires { get; init; }

    public RequestedArea? Area { get; init; }

    /// <summary>The service that asks.</summary>
    public string? Source { get; init; }

    /// <summary>What made it ask; carried as a parameter.</summary>
    public JsonElement? Evidence { get; init; }
}

/// <summary>Where.</summary>
internal sealed record RequestedArea
{
    public string? Description { get; init; }

    /// <summary><c>lat,lon radius_km</c></summary>
    public string? Circle { get; init; }

    /// <summary><c>lat,lon lat,lon …</c></summary>
    public string? Polygon { get; init; }
}

/// <summary>JSON of requests.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AlertRequest))]
internal sealed partial class RequestJson : JsonSerializerContext;
