using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class RtoRule() : Rule("recovery.rto", Severity.Error, "An RTO that hangs on a person, or that is shorter than the failover takes.")
{
    /// <summary>Up to here a person who must be found, woken and convinced makes the RTO a hope rather than a plan.</summary>
    private static readonly TimeSpan PersonsTime = TimeSpan.FromHours(1);

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var (name, objectives, failover) in blueprint.Promises())
        {
            if (objectives.Rto is not { } rto || failover is null)
                continue;
            var answers = failover.Approvals.Select(a => blueprint.Governance?.Approvers.Find(a)?.AnswersWithin?.Value).ToList();
            var known = (failover.DetectedIn?.Value ?? TimeSpan.Zero) + (failover.Takes?.Value ?? TimeSpan.Zero) + TimeSpan.FromTicks(answers.Sum(a => a?.Ticks ?? 0));
            if (known > rto.Value)
            {
                yield return Found(blueprint, objectives, "rto", $"{name} promises an RTO of {rto}, but its failover takes {new Duration(known)} as stated", "promise what it takes, or make it quicker");
                continue;
            }

            if (!failover.NeedsPeople || (failover.Takes is not null && answers.All(a => a is not null)))
                continue;
            var by = failover.Approvals.Count > 0 ? $"waits for the approval of {failover.Approvals.Listed()}" : failover.Runbook == true ? "is done by hand, from a runbook" : "is done by hand";
            yield return Found(blueprint, objectives, "rto", $"{name} promises an RTO of {rto}, but its failover {by}, and how long that takes is not stated",
                "make it automatic, or state how long it takes (takes, and answers_within of each approver) and drill it", rto.Value <= PersonsTime ? Severity.Error : Severity.Warning);
        }
    }
}
