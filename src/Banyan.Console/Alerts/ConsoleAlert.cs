using Banyan.Console.Map;

namespace Banyan.Console.Alerts;

/// <summary>An alert as the console shows it. Immutable.</summary>
public sealed record ConsoleAlert
{
    /// <summary>CAP <c>identifier</c>.</summary>
    public required string Identifier { get; init; }

    /// <summary>The region whose cell issued it.</summary>
    public required string Region { get; init; }

    /// <summary>CAP <c>event</c>: what happens, such as <c>Flood</c>.</summary>
    public required string Event { get; init; }

    public required string Headline { get; init; }

    /// <summary>CAP severity: <c>Extreme</c>, <c>Severe</c>, <c>Moderate</c>, <c>Minor</c> or <c>Unknown</c>.</summary>
    public required string Severity { get; init; }

    public string? Urgency { get; init; }

    public string? Certainty { get; init; }

    public required DateTimeOffset Sent { get; init; }

    /// <summary>When it ends by itself; null where it does not say.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>It was taken back.</summary>
    public bool Cancelled { get; init; }

    /// <summary>It takes the place of an earlier one.</summary>
    public bool Update { get; init; }

    /// <summary>The area in words.</summary>
    public string? Area { get; init; }

    public IReadOnlyList<AlertShape> Shapes { get; init; } = [];

    /// <summary>Path and query of the alert's own address at the entry; null where it has none.</summary>
    public string? Address { get; init; }

    /// <summary>Neither cancelled nor past its end.</summary>
    public bool IsActive(DateTimeOffset now) => !Cancelled && (Expires is null || Expires > now);
}

/// <summary>A piece of an alert's area: a polygon, or else a circle.</summary>
public sealed record AlertShape(IReadOnlyList<LonLat> Polygon, AlertCircle? Circle);

/// <summary>A circle on the ground.</summary>
public sealed record AlertCircle(LonLat Center, double RadiusKm);
