using System.Globalization;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>What becomes of a shift's record, and the line that says why. Pure.</summary>
public static class ShiftAdvance
{
    /// <summary>The record after a look at the counts of all front doors; this very one where nothing is to be written.</summary>
    public static ShiftRecord Next(ShiftRecord record, SideCount old, SideCount @new, DateTimeOffset now)
    {
        var (plan, before) = (record.Plan, record.State);
        var after = Shift.Next(plan, before, old, @new, now);
        if (after.Phase == before.Phase && after.Step == before.Step)
            return after.Reason == before.Reason ? record : record with { State = after };
        return record.With(after, now, Text(plan, before, after, old.Since(before.OldAtStep), @new.Since(before.NewAtStep)));
    }

    /// <summary>The record after someone took it back.</summary>
    public static ShiftRecord CallBack(ShiftRecord record, string by, DateTimeOffset now) =>
        record.With(Shift.CallBack(record.State), now, string.Create(CultureInfo.InvariantCulture, $"called back by {by} at {100 * record.State.PartOfNew(record.Plan):0.###} %: as it was before the shift"));

    /// <summary>What a side had, in words.</summary>
    public static string Figures(string side, SideCount count) => string.Create(CultureInfo.InvariantCulture, $"{side}: {count.Errors} of {count.Requests} failed{(count.Requests == 0 ? "" : $" ({100.0 * count.Errors / count.Requests:0.##} %)")}");

    private static string Text(ShiftPlan plan, ShiftState before, ShiftState after, SideCount old, SideCount @new)
    {
        var held = plan.Steps[before.Step].ToString("0.###", CultureInfo.InvariantCulture);
        var figures = $"{Figures(plan.To, @new)}, {Figures(plan.From, old)}";
        if (old.Requests < plan.LeastRequests && before.Baseline.Requests > 0)
            figures += $"; before, {Figures(plan.From, before.Baseline)}";
        return after.Reason switch
        {
            ShiftReason.StepHeld => string.Create(CultureInfo.InvariantCulture, $"{held} % held, {plan.Steps[after.Step]:0.###} % from now on; {figures}"),
            ShiftReason.AllHeld => $"{held} % held: done; {figures}",
            ShiftReason.TooManyErrors => string.Create(CultureInfo.InvariantCulture, $"returned at {held} %: more errors than chance explains; {figures}; accepted are {100 * plan.AcceptedErrors:0.###} %"),
            ShiftReason.TookTooLong => string.Create(CultureInfo.InvariantCulture, $"returned at {held} %: not proven in {plan.LongestStep.TotalMinutes:0.##} min ({Open(before.Reason)}); {figures}"),
            _ => figures,
        };
    }

    private static string Open(ShiftReason reason) => reason switch
    {
        ShiftReason.Doubtful => "more errors than the other side, perhaps by chance",
        _ => "too few requests",
    };
}
