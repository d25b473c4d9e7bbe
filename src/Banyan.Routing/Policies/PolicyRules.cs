namespace Banyan.Routing.Policies;

/// <summary>What makes policies impossible to follow.</summary>
internal static class PolicyRules
{
    /// <summary>So deep may policies be nested.</summary>
    public const int MaxDepth = 16;

    /// <summary>Every problem, one line each.</summary>
    public static IEnumerable<string> FindProblems(PolicySet set)
    {
        if (set.Targets.IsEmpty)
            yield return "there is no target to choose";
        foreach (var name in set.Targets.Select(static t => t.Name).Concat(set.Policies.Select(static p => p.Name)).GroupBy(static n => n).Where(static g => g.Count() > 1))
            yield return $"'{name.Key}' is there twice";
        if (!set.Policies.Any(p => p.Name == set.Root))
            yield return $"there is no policy '{set.Root}' to ask first";
        foreach (var policy in set.Policies)
        {
            if (policy.Branches.IsEmpty)
                yield return $"policy '{policy.Name}' has no branch";
            foreach (var to in Destinations(policy).Where(to => set.Targets.All(t => t.Name != to) && set.Policies.All(p => p.Name != to)))
                yield return $"policy '{policy.Name}' leads to '{to}', which is neither a target nor a policy";
            if (policy.Otherwise is not null && policy.Kind != PolicyKind.Geographic)
                yield return $"policy '{policy.Name}' has an 'otherwise': only a geographic policy can";
            foreach (var branch in policy.Branches.Where(static b => !(b.Share >= 0) || double.IsInfinity(b.Share)))
                yield return $"policy '{policy.Name}' gives '{branch.To}' a share of {branch.Share}: it must be 0 or more";
            if (policy.Branches.GroupBy(static b => b.To).FirstOrDefault(static g => g.Count() > 1) is { } twice)
                yield return $"policy '{policy.Name}' leads to '{twice.Key}' twice";
            if (policy.Branches.SelectMany(static b => b.Countries).GroupBy(static c => c).FirstOrDefault(static g => g.Count() > 1) is { } country)
                yield return $"policy '{policy.Name}' sends {country.Key} to two branches";
            if (Depth(policy, set, []) is not { } depth)
                yield return $"policy '{policy.Name}' leads back to itself";
            else if (depth > MaxDepth)
                yield return $"policy '{policy.Name}' is nested more than {MaxDepth} deep";
        }
    }

    private static IEnumerable<string> Destinations(Policy policy) => policy.Branches.Select(static b => b.To).Concat(policy.Otherwise is { } otherwise ? [otherwise] : []);

    /// <summary>How many policies are below one another; null for a circle.</summary>
    private static int? Depth(Policy policy, PolicySet set, HashSet<string> above)
    {
        if (!above.Add(policy.Name))
            return null;
        var deepest = 0;
        foreach (var below in Destinations(policy).Select(to => set.Policies.FirstOrDefault(p => p.Name == to)).OfType<Policy>())
        {
            if (above.Count > MaxDepth)
                return MaxDepth + 1;
            if (Depth(below, set, above) is not { } depth)
                return null;
            deepest = Math.Max(deepest, depth);
        }

        above.Remove(policy.Name);
        return deepest + 1;
    }
}
