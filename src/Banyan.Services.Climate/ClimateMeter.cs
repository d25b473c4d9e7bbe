using System.Diagnostics.Metrics;

namespace Banyan.Services.Climate;

/// <summary>The service's meter, <c>banyan.climate</c>; each part makes its own instruments on it.</summary>
internal sealed class ClimateMeter(IMeterFactory meters)
{
    /// <summary>The meter.</summary>
    public Meter Meter { get; } = meters.Create("banyan.climate");
}
