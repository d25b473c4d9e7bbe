using Banyan.Console.Map;

namespace Banyan.Console.Alerts;

/// <summary>An alert as the console shows it. Immutable.</summary>
public sealed record ConsoleAlert
{
    /// <summary>The id that the cell gave it.</summary>
    public required string Id { get; init; }

    /// <summary>The region whose cell took it.</summary>
    public required string Region { get; init; }

    /// <summary>CAP <c>event</c>: what happens, such as <c>Flood</c>.</summary>
    public required string Event { get; init; }

    /// <summary>CAP <c>headline</c>, or the event where it has none.</summary>
    public required string Headline { get; init; }

    /// <summary>CAP severity: <c>Extreme</c>, <c>Severe</c>, <c>Moderate</c>, <c>Minor</c> or <c>Unknown</c>.</summary>
    public required string Severity { get; init; }

    public string? Urgency { get; init; }

    public string? Certainty { get; init; }

    /// <summary>When the cell took it.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it ends by itself; null where that is not known.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Why it does not hold any more.</summary>
    public AlertEnd End { get; init; }

    /// <summary>It took the place of an earlier one.</summary>
    public bool Update { get; init; }

    /// <summary>The area in words.</summary>
    public string? Area { get; init; }

    /// <summary>The area as shapes; the first few of them.</summary>
    public IReadOnlyList<AlertShape> Shapes { get; init; } = [];

    /// <summary>The path of its XML at the entry; null where it has none.</summary>
    public string? Address { get; init; }

    /// <summary>It holds now.</summary>
    public bool IsActive(DateTimeOffset now) => End == AlertEnd.None && (Expires is null || Expires > now);
}

/// <summary>A piece of an alert's area: a polygon, or else a circle.</summary>
public sealed record AlertShape(IReadOnlyList<LonLat> Polygon, AlertCircle? Circle);

/// <summary>A circle on the ground.</summary>
public sealed record AlertCircle(LonLat Center, double RadiusKm);
