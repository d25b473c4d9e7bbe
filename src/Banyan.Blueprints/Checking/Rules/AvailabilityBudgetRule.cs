using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AvailabilityBudgetRule() : Rule("recovery.availability-budget", Severity.Error, "An availability whose budget of downtime is smaller than one recovery that is allowed.")
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365), Month = TimeSpan.FromDays(30);

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var (name, objectives, _) in blueprint.Promises())
        {
            if (objectives.Availability is not { } availability || (objectives.Rto ?? (name is "the platform" ? null : blueprint.Objectives?.Rto)) is not { } rto)
                continue;
            TimeSpan year = Year * (double)(1 - availability.Fraction), month = Month * (double)(1 - availability.Fraction);
            if (rto.Value > year)
            {
                yield return Found(blueprint, objectives, "availability", $"{name} promises {availability}, which leaves {year.Spoken()} of downtime a year; a single recovery within its RTO of {rto} uses up more",
                    "shorten the RTO, or promise less availability");
            }
            else if (rto.Value > month)
            {
                yield return Found(blueprint, objectives, "availability", $"{name} promises {availability}, which leaves {month.Spoken()} a month and {year.Spoken()} a year; one recovery within its RTO of {rto} breaks the month, and {(int)(year / rto.Value) + 1} break the year",
                    "say over which period availability is counted, or shorten the RTO", Severity.Warning);
            }
        }
    }
}
