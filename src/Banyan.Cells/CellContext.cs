namespace Banyan.Cells;

/// <summary>Where a service finds itself. Immutable.</summary>
public sealed record CellContext
{
    /// <summary>The platform's name in the blueprint.</summary>
    public required string Platform { get; init; }

    /// <summary>The region that this cell serves from.</summary>
    public required string Region { get; init; }

    /// <summary>The partition whose residents it serves.</summary>
    public required string Partition { get; init; }

    /// <summary>The region's jurisdiction (ISO 3166 code), if the blueprint says.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>The jurisdiction of each region of the platform whose jurisdiction the blueprint names, by region.</summary>
    public IReadOnlyDictionary<string, string> Jurisdictions { get; init; } = new Dictionary<string, string>();

    /// <summary>Base address that the public reaches this cell's services by; for links in feeds and webhooks.</summary>
    public required Uri PublicAddress { get; init; }

    /// <summary>Retention and the like per service, from the blueprint: <c>climate:retention</c> → <c>365d</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
