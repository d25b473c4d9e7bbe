namespace Banyan.Services.Climate;

/// <summary>The journal topics that the climate service writes.</summary>
public static class ClimateTopics
{
    /// <summary>One entry a committed write: how many readings of which time range, not the readings themselves.</summary>
    public const string Readings = "climate.readings";

    /// <summary>Rules that were put or deleted.</summary>
    public const string Rules = "climate.rules";

    /// <summary>Alerts that a rule asks for; the disaster service issues them.</summary>
    public const string AlertsRequested = "alerts.requested";
}
