using System.Collections.Immutable;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>
/// Moves traffic step by step and takes it back where the new side fails more than chance explains. Pure: plan, state,
/// counts and time in, state out; the caller makes it true by <see cref="Apply"/>.
/// </summary>
public static class Shift
{
    /// <summary>So many standard errors above the other side, and a step does not end yet: one time in twenty that is chance.</summary>
    private const double DoubtFrom = 1.64;

    /// <summary>
    /// A step is looked at again and again, and each look is a chance to be wrong: all but the one that ends its window need
    /// so many times the standard errors. With 3.09 that is 4.6, wrong less than once in a hundred thousand looks.
    /// </summary>
    private const double InBetween = 1.5;

    /// <summary>The first step.</summary>
    /// <param name="old">What the old side has had so far.</param>
    /// <param name="new">What the new side has had so far.</param>
    public static ShiftState Begin(DateTimeOffset now, SideCount old, SideCount @new) => new(ShiftPhase.Watching, 0, now, old, @new, default, ShiftReason.Begun);

    /// <summary>The next state; the same phase and step as long as there is nothing to decide.</summary>
    public static ShiftState Next(ShiftPlan plan, ShiftState state, SideCount old, SideCount @new, DateTimeOffset now)
    {
        if (state.Phase != ShiftPhase.Watching)
            return state;
        var (before, after) = (old.Since(state.OldAtStep), @new.Since(state.NewAtStep));
        var open = now - state.StepBegan < plan.Window;
        var ends = !open && state.Reason is (ShiftReason.Begun or ShiftReason.StepHeld or ShiftReason.WindowOpen);
        // Where all goes to the new side, what is still counted for the old one is late news of the step before.
        var live = before.Requests >= plan.LeastRequests && plan.Steps[state.Step] < 100;
        if (!live)
            before = state.Baseline;
        var judged = after.Requests >= plan.LeastRequests;
        var worse = judged ? Compare(plan, before, after, ends ? plan.Sureness : InBetween * plan.Sureness) : Worse.No;
        // What the old side had before is all there is: a doubt that more requests can't settle is none.
        if (worse == Worse.Perhaps && !live && before.Requests > 0 && !open)
            worse = Worse.No;
        if (worse == Worse.Surely)
            return state with { Phase = ShiftPhase.Returned, Reason = ShiftReason.TooManyErrors };
        if (open)
            return state with { Reason = ShiftReason.WindowOpen };
        if (judged && worse == Worse.No)
        {
            return state.Step + 1 == plan.Steps.Length
                ? state with { Phase = ShiftPhase.Done, Reason = ShiftReason.AllHeld }
                : new ShiftState(ShiftPhase.Watching, state.Step + 1, now, old, @new, before, ShiftReason.StepHeld);
        }

        if (now - state.StepBegan >= plan.LongestStep)
            return state with { Phase = ShiftPhase.Returned, Reason = ShiftReason.TookTooLong };
        return state with { Reason = judged ? ShiftReason.Doubtful : ShiftReason.TooFewRequests };
    }

    /// <summary>Takes all of it back now, as an operator may.</summary>
    public static ShiftState CallBack(ShiftState state) => state with { Phase = ShiftPhase.Returned, Reason = ShiftReason.CalledBack };

    /// <summary>A policy that follows the shift: what the two sides have together is divided between them by it.</summary>
    /// <param name="policy">A weighted policy with at least one of the two among its branches.</param>
    public static Policy Apply(ShiftPlan plan, ShiftState state, Policy policy)
    {
        var both = policy.Branches.Where(b => b.To == plan.From || b.To == plan.To).Sum(static b => b.Share);
        var part = state.PartOfNew(plan);
        ImmutableArray<PolicyBranch> others = [.. policy.Branches.Where(b => b.To != plan.From && b.To != plan.To)];
        return policy with { Branches = [new PolicyBranch(plan.From, both * (1 - part)), new PolicyBranch(plan.To, both * part), .. others] };
    }

    /// <summary>
    /// Two proportions, one-sided: the new side is worse if its rate is above the accepted one and above the old side's by
    /// more than chance explains. The standard error is that of the pooled rate, with one made-up error and one made-up
    /// success on each side, so that a side without any error is not taken for one that can't fail.
    /// </summary>
    private static Worse Compare(ShiftPlan plan, SideCount old, SideCount @new, double sureness)
    {
        var rate = (double)@new.Errors / @new.Requests;
        if (rate <= plan.AcceptedErrors)
            return Worse.No;
        // Against the accepted rate, as if it were known exactly.
        var expected = Math.Max(plan.AcceptedErrors, 1.0 / (@new.Requests + 2));
        var aboveAccepted = (rate - plan.AcceptedErrors) / Math.Sqrt(expected * (1 - expected) / @new.Requests);
        if (old.Requests == 0)
            return aboveAccepted > sureness ? Worse.Surely : Worse.Perhaps;
        var oldRate = (double)old.Errors / old.Requests;
        if (rate <= oldRate)
            return Worse.No;
        var pooled = (double)(@new.Errors + old.Errors + 2) / (@new.Requests + old.Requests + 4);
        var aboveOld = (rate - oldRate) / Math.Sqrt(pooled * (1 - pooled) * ((1.0 / @new.Requests) + (1.0 / old.Requests)));
        if (aboveOld <= DoubtFrom)
            return Worse.No;
        return Math.Min(aboveAccepted, aboveOld) > sureness ? Worse.Surely : Worse.Perhaps;
    }

    private enum Worse
    {
        No,
        Perhaps,
        Surely,
    }
}
