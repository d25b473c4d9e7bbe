using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Shifts;

namespace Banyan.Routing.Tests.Policies.Shifts;

public class ShiftTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ShiftPlan Plan = new() { From = "blue", To = "green", Window = TimeSpan.FromMinutes(5), LeastRequests = 100, LongestStep = TimeSpan.FromMinutes(30) };

    [Fact]
    public void Next_NoErrors_GoesThroughEachStepToTheEnd()
    {
        var state = Shift.Begin(Start, default, default);
        var parts = new List<double> { state.PartOfNew(Plan) };
        SideCount old = default, @new = default;
        for (var minute = 1; state.Phase == ShiftPhase.Watching; minute++)
        {
            (old, @new) = (new(old.Requests + 1_000, 0), new(@new.Requests + 50, 0));
            state = Shift.Next(Plan, state, old, @new, Start.AddMinutes(minute));
            if (state.PartOfNew(Plan) != parts[^1])
                parts.Add(state.PartOfNew(Plan));
            minute.ShouldBeLessThan(100);
        }

        parts.ShouldBe([0.01, 0.1, 0.5, 1]);
        state.Phase.ShouldBe(ShiftPhase.Done);
        state.Reason.ShouldBe(ShiftReason.AllHeld);
        state.PartOfNew(Plan).ShouldBe(1);
        Shift.Next(Plan, state, old, new(@new.Requests * 2, @new.Requests), Start.AddDays(1)).ShouldBe(state, "the end is the end");
    }

    [Fact]
    public void Next_WindowOpen_WaitsHoweverManyRequestsThereAre() =>
        After(minutes: 4.9, old: new(1_000_000, 0), @new: new(10_000, 0)).Reason.ShouldBe(ShiftReason.WindowOpen);

    [Fact]
    public void Next_TooFewRequests_WaitsAndGoesBackInTheEnd()
    {
        After(29, new(1_000, 0), new(99, 99)).ShouldSatisfyAllConditions(s => s.Phase.ShouldBe(ShiftPhase.Watching), s => s.Reason.ShouldBe(ShiftReason.TooFewRequests));
        After(30, new(1_000, 0), new(99, 0)).ShouldSatisfyAllConditions(s => s.Phase.ShouldBe(ShiftPhase.Returned), s => s.Reason.ShouldBe(ShiftReason.TookTooLong), s => s.PartOfNew(Plan).ShouldBe(0));
    }

    [Fact]
    public void Next_ClearlyMoreErrors_GoesBackAtOnce()
    {
        var state = After(0.1, new(10_000, 10), new(100, 20));
        state.Phase.ShouldBe(ShiftPhase.Returned);
        state.Reason.ShouldBe(ShiftReason.TooManyErrors);
        state.PartOfNew(Plan).ShouldBe(0);
    }

    [Theory]
    [InlineData(10_000, 2_000, 1_000, 200, true)] // both sides fail alike: it is not the new one's fault
    [InlineData(10_000, 0, 1_000, 10, true)] // within what is accepted
    [InlineData(10_000, 0, 100, 3, false)] // three of a hundred may be chance
    [InlineData(10_000, 0, 10_000, 140, false)] // many more than the other side, four standard errors above what is accepted
    public void Next_WindowOver_AdvancesOnlyWithoutDoubt(long old, long oldErrors, long @new, long newErrors, bool advances)
    {
        var state = After(6, new(old, oldErrors), new(@new, newErrors));
        (state.Step == 1).ShouldBe(advances, state.ToString());
        if (!advances)
            state.Reason.ShouldBeOneOf(ShiftReason.Doubtful, ShiftReason.TooManyErrors);
    }

    [Fact]
    public void Next_DoubtThatStays_GoesBack() => After(30, new(10_000, 0), new(100, 3)).Reason.ShouldBe(ShiftReason.TookTooLong);

    [Fact]
    public void Next_StepBegins_CountsAnew()
    {
        var begun = Shift.Begin(Start, new(500, 400), new(300, 200));
        var state = Shift.Next(Plan, begun, new(1_500, 400), new(500, 200), Start.AddMinutes(6));
        state.Reason.ShouldBe(ShiftReason.StepHeld, "errors of before don't count");
        state.NewAtStep.ShouldBe(new SideCount(500, 200));
    }

    [Fact]
    public void Next_CountsRestart_AreNotNegative() => Shift.Next(Plan, Shift.Begin(Start, new(1_000, 10), new(1_000, 10)), new(5, 0), new(5, 0), Start.AddMinutes(6)).Reason.ShouldBe(ShiftReason.TooFewRequests);

    [Fact]
    public void Next_NoOldRequests_ComparesWithWhatIsAccepted()
    {
        After(6, default, new(1_000, 5)).Reason.ShouldBe(ShiftReason.StepHeld);
        After(6, default, new(1_000, 15)).Reason.ShouldBe(ShiftReason.Doubtful);
        After(6, default, new(1_000, 100)).Reason.ShouldBe(ShiftReason.TooManyErrors);
    }

    /// <summary>Front doors say their counts late: at 100 % the old side has some, and they must not stand for it.</summary>
    [Fact]
    public void Next_AllIsNew_IsComparedWithTheStepBeforeAndNotWithLateNews()
    {
        var last = new ShiftState(ShiftPhase.Watching, 3, Start, new(50_000, 1_000), new(40_000, 800), new(25_000, 500), ShiftReason.StepHeld);
        var state = Shift.Next(Plan, last, new(50_150, 1_000), new(90_000, 1_850), Start.AddMinutes(6));
        (state.Phase, state.Reason).ShouldBe((ShiftPhase.Done, ShiftReason.AllHeld));
        Shift.Next(Plan, last, new(50_150, 1_000), new(90_000, 6_000), Start.AddMinutes(1)).Reason.ShouldBe(ShiftReason.TooManyErrors);
    }

    /// <summary>A look each second is three hundred chances to be wrong in a step of five minutes.</summary>
    [Fact]
    public void Next_LooksInBetween_NeedMoreProofThanTheOneThatEndsTheWindow()
    {
        After(4, new(100_000, 2_000), new(1_000, 38)).Reason.ShouldBe(ShiftReason.WindowOpen, "about four standard errors");
        After(5, new(100_000, 2_000), new(1_000, 38)).Reason.ShouldBe(ShiftReason.TooManyErrors);
    }

    [Fact]
    public void CallBack_Operator_EndsIt()
    {
        var state = Shift.CallBack(After(6, new(10_000, 0), new(1_000, 0)));
        (state.Phase, state.Reason).ShouldBe((ShiftPhase.Returned, ShiftReason.CalledBack));
    }

    [Fact]
    public void Apply_Step_DividesWhatBothHad()
    {
        var policy = new Policy { Name = "w", Kind = PolicyKind.Weighted, Branches = [new("blue", 60), new("other", 40)] };
        var shifted = Shift.Apply(Plan, Shift.Begin(Start, default, default), policy);
        shifted.Branches.Select(static b => (b.To, Math.Round(b.Share, 9))).ShouldBe([("blue", 59.4), ("green", 0.6), ("other", 40)]);
        // and back again, in the same way
        var back = Shift.Apply(Plan.Reversed(), Shift.Begin(Start, default, default), policy with { Branches = [new("green", 60), new("other", 40)] });
        back.Branches.Select(static b => (b.To, Math.Round(b.Share, 9))).ShouldBe([("green", 59.4), ("blue", 0.6), ("other", 40)]);
    }

    /// <summary>A new side that is as good as the old one gets there; one that fails five times as often does not. Whole shifts, minute by minute.</summary>
    [Fact]
    public void Next_SimulatedShifts_GoodOnesArriveAndBadOnesReturn()
    {
        var (good, bad) = (0, 0);
        var exposed = 0L;
        for (var seed = 0; seed < 200; seed++)
        {
            good += Simulate(seed, oldRate: 0.02, newRate: 0.02, out _).Phase == ShiftPhase.Done ? 1 : 0;
            bad += Simulate(seed, oldRate: 0.02, newRate: 0.10, out var requests).Phase == ShiftPhase.Returned ? 1 : 0;
            exposed += requests;
        }

        good.ShouldBeGreaterThanOrEqualTo(185);
        bad.ShouldBe(200);
        // found while it has one percent of the traffic, mostly: under 1,000 of 60,000 requests a minute
        (exposed / 200).ShouldBeLessThan(5_000);
    }

    [Theory]
    [InlineData("to itself")]
    [InlineData("grow")]
    [InlineData("longest time")]
    [InlineData("at least one request")]
    public void FindProblems_WrongPlan_SaysWhat(string problem)
    {
        ShiftPlan[] wrong =
        [
            Plan with { To = "blue" }, Plan with { Steps = [] }, Plan with { Steps = [10, 5, 100] }, Plan with { Steps = [0, 100] }, Plan with { Steps = [50] },
            Plan with { LongestStep = TimeSpan.FromMinutes(1) }, Plan with { LeastRequests = 0 }, Plan with { AcceptedErrors = 1.5 }, Plan with { Sureness = double.NaN },
        ];
        wrong.ShouldAllBe(p => p.FindProblems().Any());
        wrong.ShouldContain(p => p.FindProblems().Any(f => f.Contains(problem, StringComparison.Ordinal)));
        Plan.FindProblems().ShouldBeEmpty();
    }

    private static ShiftState Simulate(int seed, double oldRate, double newRate, out long newRequests)
    {
        const int PerMinute = 60_000;
        var random = new Random(seed);
        var state = Shift.Begin(Start, default, default);
        SideCount old = default, @new = default;
        for (var minute = 1; state.Phase == ShiftPhase.Watching; minute++)
        {
            var toNew = (int)(PerMinute * state.PartOfNew(Plan));
            @new = new(@new.Requests + toNew, @new.Errors + Errors(random, toNew, newRate));
            old = new(old.Requests + PerMinute - toNew, old.Errors + Errors(random, PerMinute - toNew, oldRate));
            state = Shift.Next(Plan, state, old, @new, Start.AddMinutes(minute));
        }

        newRequests = @new.Requests;
        return state;
    }

    /// <summary>Binomial, by its normal approximation where it is good.</summary>
    private static int Errors(Random random, int requests, double rate)
    {
        var deviation = Math.Sqrt(requests * rate * (1 - rate));
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Math.Clamp((int)Math.Round((requests * rate) + (deviation * normal)), 0, requests);
    }

    private static ShiftState After(double minutes, SideCount old, SideCount @new) => Shift.Next(Plan, Shift.Begin(Start, default, default), old, @new, Start.AddMinutes(minutes));
}
