using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class DeclaredCountsRule() : Rule("totals.declared", Severity.Error, "A count that the plan states differs from what is listed, or from another count that it states.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Declares is not { } declares)
            yield break;
        var services = blueprint.Services.Count;
        var findings = Compare(blueprint, declares, "regions", declares.Regions, blueprint.Regions.Values.LongCount(r => r.Site is null), null)
            .Concat(Compare(blueprint, declares, "sites", declares.Sites, blueprint.RegionCount().Low, blueprint.RegionCount().High, exact: blueprint.Sites.Count == 0))
            .Concat(Compare(blueprint, declares, "services", declares.Services, services, null))
            .Concat(Compare(blueprint, declares, "tiers", declares.Tiers, blueprint.Tiers.Count, null))
            .Concat(Compare(blueprint, declares, "stores", declares.Stores, blueprint.Stores.Count, null));
        foreach (var (group, counts) in declares.Groups)
        {
            var listed = blueprint.Services.Values.LongCount(s => s.Groups.Contains(group));
            findings = findings.Concat(Compare(blueprint, declares, $"groups.{group}", counts, listed, null));
        }

        foreach (var finding in findings)
            yield return finding;
    }

    private IEnumerable<Finding> Compare(Blueprint blueprint, Declares declares, string key, IReadOnlyList<Range<Count>> stated, long low, long? high, bool exact = true)
    {
        if (stated.Count == 0 || low == 0)
            yield break;
        if (stated.Distinct().Skip(1).Any())
        {
            yield return Found(blueprint, declares, key, $"the plan states {stated.Select(s => s.ToString()).Distinct().Listed()} for the same count of {key.Replace("groups.", "", StringComparison.Ordinal)}",
                "settle on one number");
        }

        var top = exact ? low : high;
        foreach (var count in stated.Distinct())
        {
            if (count.Low.Value > (top ?? long.MaxValue))
                yield return Found(blueprint, declares, key, $"{count} {Noun(key)} are declared, but only {Shown(low, top)} {(low == 1 ? "is" : "are")} listed", "list the missing ones, or correct the count");
            else if (count.High is { } most && most.Value < low)
                yield return Found(blueprint, declares, key, $"{count} {Noun(key)} are declared, but {Shown(low, top)} are listed", "correct the count, or drop what is too many");
        }
    }

    private static string Noun(string key) => key.StartsWith("groups.", StringComparison.Ordinal) ? $"{key["groups.".Length..]} services" : key;

    private static string Shown(long low, long? high) => high == low ? $"{low}" : high is null ? $"at least {low}" : $"{low} to {high}";
}
