namespace Banyan.Blueprints.Access.Covering;

/// <summary>What can be proven of rules without asking every question. Pure.</summary>
internal static class AccessCover
{
    /// <summary>The attributes of which a rule asks what nothing can be, so that it never holds; null where it can, or that can't be told.</summary>
    public static IReadOnlyList<AccessAttribute>? NeverHolds(AccessRule rule) => AccessSpace.Of([rule])?.NeverHolds(0);

    /// <summary>Whether every question for which a rule holds is decided by rules before it; null where that takes too long to find out.</summary>
    public static bool? IsUnreachable(IReadOnlyList<AccessRule> before, AccessRule rule)
    {
        if (AccessSpace.Of([.. before, rule]) is not { } space)
            return null;
        return space[before.Count].TryWithout([.. before.Select((_, i) => space[i])], out _) is { } left ? !left : null;
    }

    /// <summary>The rules before that hold for some question for which a rule holds.</summary>
    public static IEnumerable<AccessRule> Meeting(IReadOnlyList<AccessRule> before, AccessRule rule) =>
        AccessSpace.Of([.. before, rule]) is not { } space ? [] : before.Where((_, i) => !space[i].With(space[before.Count]).IsEmpty);

    /// <summary>By what some of the questions are allowed for which a rule would hold: each rule and each role that does, with a question that it allows.</summary>
    /// <param name="model">Who decides.</param>
    /// <param name="asked">What is asked; its effect counts for nothing.</param>
    public static IEnumerable<(AccessRule? Rule, string? Role, AccessQuestion Question)> AllowedBy(AccessModel model, AccessRule asked)
    {
        asked = asked with { Effect = AccessEffect.Allow };
        for (var i = 0; i < model.Rules.Count; i++)
        {
            if (model.Rules[i].Effect == AccessEffect.Allow && DecidedBy(model.Rules.Take(i), model.Rules[i], asked) is { } question)
                yield return (model.Rules[i], null, question);
        }

        foreach (var (role, grants) in model.Roles)
        {
            if (grants.Count > 0 && DecidedBy(model.Rules, GrantOf(role, grants), asked) is { } question)
                yield return (null, role, question);
        }
    }

    /// <summary>A role's grants, as a rule that allows them to those who have it.</summary>
    public static AccessRule GrantOf(string role, IReadOnlyList<string> grants) =>
        new() { Name = AccessDecision.RolePrefix + role, Effect = AccessEffect.Allow, Actions = grants, When = [new() { Attribute = AccessAttribute.Role, OneOf = [role] }] };

    /// <summary>A question for which a rule would hold that another decides, since it holds and none before it does; null where there is none, or that takes too long to find out.</summary>
    public static AccessQuestion? DecidedBy(IEnumerable<AccessRule> before, AccessRule by, AccessRule asked)
    {
        List<AccessRule> rules = [.. before, asked, by];
        if (AccessSpace.Of(rules) is not { } space)
            return null;
        var box = space[rules.Count - 2].With(space[rules.Count - 1]);
        return box.TryWithout([.. Enumerable.Range(0, rules.Count - 2).Select(i => space[i])], out var left) == true ? space.ExampleOf(left) : null;
    }
}
