using System.Collections.Immutable;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Reach;

/// <summary>Whom a change of an alert concerns: for each of its parts how severe it is, and where. Immutable.</summary>
internal sealed class AlertReach(ImmutableArray<(CapSeverity Severity, Area Area)> parts)
{
    public ImmutableArray<(CapSeverity Severity, Area Area)> Parts { get; } = parts;

    /// <summary>The greatest severity of any part.</summary>
    public CapSeverity Severity { get; } = parts.IsEmpty ? CapSeverity.Unknown : parts.Max(static p => p.Severity);

    /// <summary>Both together.</summary>
    public AlertReach With(AlertReach other) => new(Parts.AddRange(other.Parts));

    /// <summary>Boxes that hold every shape; <see cref="GeoBox.World"/> alone where a part is everywhere.</summary>
    public IReadOnlyList<GeoBox> Boxes =>
        Parts.Any(static p => p.Area.IsEverywhere) ? [GeoBox.World] : [.. Parts.SelectMany(static p => p.Area.Shapes).Select(static s => s.Box).Distinct()];

    /// <summary>Every geocode, once.</summary>
    public IEnumerable<Geocode> Geocodes => Parts.SelectMany(static p => p.Area.Geocodes).Distinct();
}
