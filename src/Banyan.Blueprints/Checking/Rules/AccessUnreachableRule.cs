using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessUnreachableRule() : Rule("access.unreachable", Severity.Error, "A rule of access that never decides: whatever it speaks of, earlier rules have decided.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        var before = new List<AccessRule>();
        foreach (var rule in blueprint.Access?.Rules.Values ?? [])
        {
            var compiled = AccessModels.RuleOf(blueprint, rule);
            if (AccessCover.NeverHolds(compiled) is not null)
                continue;
            if (AccessCover.IsUnreachable(before, compiled) == true)
            {
                var meeting = AccessCover.Meeting(before, compiled).ToList();
                yield return Found(blueprint, rule, null, $"rule {rule.Name} never decides: {meeting.Select(static r => r.Name).Listed()} {(meeting.Count == 1 ? "holds" : "hold")} first wherever it would", meeting.TrueForAll(r => r.Effect == compiled.Effect) ? "take it out" : "move it before them, or take it out");
            }

            before.Add(compiled);
        }
    }
}
