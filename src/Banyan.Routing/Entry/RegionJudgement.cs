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

    /// <summary>Nobody listens there.</summary>
    Refused,
}

/// <summary>What the probes so far make of a region. A pure step from one probe to the next.</summary>
/// <param name="Availability">The verdict.</param>
/// <param name="Failures">Probes in a row that did not find it ready.</param>
internal readonly record struct RegionJudgement(RegionAvailability Availability, int Failures)
{
    /// <summary>So many silent ones in a row, and a region that served is down.</summary>
    public const int DownAfter = 3;

    /// <summary>So many in a row, and a region that never served is down.</summary>
    public const int NeverServedAfter = 60;

    public RegionJudgement After(Probe probe)
    {
        if (probe == Probe.Ready)
            return new RegionJudgement(RegionAvailability.Serving, 0);
        var failures = Failures + 1;
        return new RegionJudgement(Availability switch
        {
            RegionAvailability.Starting => failures >= NeverServedAfter ? RegionAvailability.Down : RegionAvailability.Starting,
            RegionAvailability.Down or RegionAvailability.Moving => Availability,
            _ => probe is Probe.NotReady or Probe.Refused || failures >= DownAfter ? RegionAvailability.Down : RegionAvailability.Suspected,
        }, failures);
    }

    /// <summary>What the probes of several cells say together: the region is as well as the best of them.</summary>
    public static Probe Best(IEnumerable<Probe> probes) => probes.Min();
}
