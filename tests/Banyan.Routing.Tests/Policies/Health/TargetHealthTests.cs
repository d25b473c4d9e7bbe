using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Health;

namespace Banyan.Routing.Tests.Policies.Health;

public class TargetHealthTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HealthDamping Damping = new() { RampTime = TimeSpan.FromSeconds(10), FirstPart = 0.2, FlapLosses = 3, FlapWindow = TimeSpan.FromMinutes(1), Quarantine = TimeSpan.FromSeconds(20) };

    [Fact]
    public void FactsAt_NeverLost_TakesAll() => Run((0, true)).FactsAt(Start, Damping).ShouldBe(TargetFacts.AllOfIt);

    [Fact]
    public void FactsAt_WellForTheFirstTime_TakesAll()
    {
        Run((0, false)).FactsAt(At(4), Damping).ShouldBe(TargetFacts.Lost);
        Run((0, false), (5, true)).FactsAt(At(5), Damping).ShouldBe(TargetFacts.AllOfIt);
    }

    [Fact]
    public void FactsAt_Lost_CountsAtOnce() => Run((0, true), (5, false)).FactsAt(At(5), Damping).ShouldBe(TargetFacts.Lost);

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(5, 0.6)]
    [InlineData(10, 1)]
    [InlineData(100, 1)]
    public void FactsAt_CameBack_TakesAGrowingPart(int after, double part)
    {
        var facts = Run((0, true), (5, false), (8, true)).FactsAt(At(8 + after), Damping);
        facts.Well.ShouldBeTrue();
        facts.Ramp.ShouldBe(part, 1e-9);
    }

    [Fact]
    public void FactsAt_Flaps_IsQuarantined()
    {
        var state = Run((0, true), (1, false), (2, true), (3, false), (4, true));
        state.FactsAt(At(4), Damping).Well.ShouldBeTrue("twice is no habit");
        state = Run((0, true), (1, false), (2, true), (3, false), (4, true), (5, false), (6, true));
        state.FactsAt(At(25), Damping).Well.ShouldBeFalse();
        state.FactsAt(At(26), Damping).ShouldBe(new TargetFacts(true, 0.2));
        state = state.Next(well: false, At(27), Damping).Next(well: true, At(28), Damping);
        state.FactsAt(At(67), Damping).Well.ShouldBeFalse("twice as long");
        state.FactsAt(At(68), Damping).Well.ShouldBeTrue();
    }

    [Fact]
    public void FactsAt_LossesFarApart_AreNoHabit()
    {
        var state = TargetHealth.Begin(well: true, Start);
        for (var i = 1; i < 20; i++)
            state = state.Next(well: false, At(100 * i), Damping).Next(well: true, At((100 * i) + 1), Damping);
        state.FactsAt(At(1_901), Damping).Well.ShouldBeTrue();
    }

    [Fact]
    public void Next_QuarantineGrows_SixteenfoldAtMost()
    {
        var state = TargetHealth.Begin(well: true, Start);
        var damping = Damping with { FlapWindow = TimeSpan.FromDays(1) };
        for (var i = 1; i < 50; i++)
            state = state.Next(well: false, At(2 * i), damping).Next(well: true, At((2 * i) + 1), damping);
        state.FactsAt(At(99 + 319), damping).Well.ShouldBeFalse();
        state.FactsAt(At(99 + 320), damping).Well.ShouldBeTrue();
    }

    [Fact]
    public void Next_SameAgain_ChangesNothing()
    {
        var state = Run((0, true), (5, false));
        state.Next(well: false, At(9), Damping).ShouldBe(state);
    }

    [Fact]
    public void FactsAt_NoRamp_TakesAllAtOnce() => Run((0, true), (5, false), (8, true)).FactsAt(At(8), Damping with { RampTime = TimeSpan.Zero }).ShouldBe(TargetFacts.AllOfIt);

    private static TargetHealth Run(params (int At, bool Well)[] seen)
    {
        var state = TargetHealth.Begin(seen[0].Well, At(seen[0].At));
        foreach (var (at, well) in seen.Skip(1))
            state = state.Next(well, At(at), Damping);
        return state;
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);
}
