namespace Banyan.Routing.Entry;

/// <summary>What a probe of a cell found.</summary>
internal enum Probe
{
    /// <summary>It says that it is ready.</summary>
    Ready,

    /// <summary>It answers, and says that it is not ready.</summary>
    NotReady,

    /// <summary>It does not answer.</summary>
    Silent,
}

/// <summary>What the probes so far make of a region. A pure step from one probe to the next.</summary>
/// <param name="Availability">The verdict.</param>
/// <param name="Failures">Probes in a row that did not find it ready.</param>
internal readonly record struct RegionJudgement(RegionAvailability Availability, int Failures)
{
    /// <summary>So many in a row, and a region is down.</summary>
    public const int DownAfter = 3;

    public RegionJudgement After(Probe probe) => probe switch
    {
        Probe.Ready => new RegionJudgement(RegionAvailability.Serving, 0),
        Probe.NotReady when Availability != RegionAvailability.Starting => new RegionJudgement(RegionAvailability.Down, Failures + 1),
        _ when Failures + 1 >= DownAfter && Availability != RegionAvailability.Starting => new RegionJudgement(RegionAvailability.Down, Failures + 1),
        _ when Availability == RegionAvailability.Serving => new RegionJudgement(RegionAvailability.Suspected, Failures + 1),
        _ => new RegionJudgement(Availability, Failures + 1),
    };
}
