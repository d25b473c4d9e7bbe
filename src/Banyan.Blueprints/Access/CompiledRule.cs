namespace Banyan.Blueprints.Access;

/// <summary>A rule made ready to be asked often. Immutable; asking allocates nothing.</summary>
internal sealed class CompiledRule
{
    private readonly ActionPattern[] _actions;
    private readonly CompiledConstraint[] _when;

    public CompiledRule(AccessRule rule)
    {
        Rule = rule;
        _actions = [.. rule.Actions.Select(ActionPattern.Parse)];
        _when = [.. rule.When.Select(c => new CompiledConstraint(c, rule.Effect))];
        Decision = new(rule.Effect == AccessEffect.Allow, rule.Name, AccessReasons.Of(rule));
    }

    public AccessRule Rule { get; }

    public IReadOnlyList<CompiledConstraint> When => _when;

    /// <summary>What it decides where it holds.</summary>
    public AccessDecision Decision { get; }

    public bool SpeaksOf(ReadOnlySpan<char> action)
    {
        foreach (var pattern in _actions)
        {
            if (pattern.Matches(action))
                return true;
        }

        return false;
    }

    public bool Holds(in AccessQuestion question)
    {
        foreach (var constraint in _when)
        {
            if (!constraint.Holds(in question))
                return false;
        }

        return true;
    }
}
