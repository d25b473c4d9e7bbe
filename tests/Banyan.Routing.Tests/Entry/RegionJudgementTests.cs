using Banyan.Routing.Entry;

namespace Banyan.Routing.Tests.Entry;

public class RegionJudgementTests
{
    [Fact]
    public void After_SilentOnce_IsSuspectedAndRecoversAtOnce()
    {
        var judgement = Judge(Probe.Ready, Probe.Silent);
        judgement.Availability.ShouldBe(RegionAvailability.Suspected);
        judgement.After(Probe.Ready).ShouldBe(new RegionJudgement(RegionAvailability.Serving, 0));
    }

    [Fact]
    public void After_SilentThreeTimesInARow_IsDown()
    {
        Judge(Probe.Ready, Probe.Silent, Probe.Silent).Availability.ShouldBe(RegionAvailability.Suspected);
        Judge(Probe.Ready, Probe.Silent, Probe.Silent, Probe.Silent).Availability.ShouldBe(RegionAvailability.Down);
        Judge(Probe.Ready, Probe.Silent, Probe.Silent, Probe.Ready, Probe.Silent).Availability.ShouldBe(RegionAvailability.Suspected);
    }

    [Fact]
    public void After_NotReady_IsDownAtOnce() => Judge(Probe.Ready, Probe.NotReady).Availability.ShouldBe(RegionAvailability.Down);

    [Fact]
    public void After_NeverReady_StaysStartingForAWhile()
    {
        Judge(Probe.Silent, Probe.NotReady, Probe.Silent, Probe.Silent, Probe.Silent).Availability.ShouldBe(RegionAvailability.Starting);
        Judge([.. Enumerable.Repeat(Probe.Silent, RegionJudgement.NeverServedAfter)]).Availability.ShouldBe(RegionAvailability.Down);
    }

    [Fact]
    public void After_DownAndSilent_StaysDown() => Judge(Probe.Ready, Probe.NotReady, Probe.Silent).Availability.ShouldBe(RegionAvailability.Down);

    private static RegionJudgement Judge(params Probe[] probes) =>
        probes.Aggregate(new RegionJudgement(RegionAvailability.Starting, 0), static (judgement, probe) => judgement.After(probe));
}
