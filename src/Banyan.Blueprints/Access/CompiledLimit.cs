namespace Banyan.Blueprints.Access;

/// <summary>A limit made ready to be asked often. Immutable; asking allocates nothing.</summary>
internal sealed class CompiledLimit
{
    private readonly ActionPattern[] _actions;
    private readonly string[] _roles;
    private readonly string[] _paths;
    private readonly int _kinds;

    public CompiledLimit(AccessLimit limit)
    {
        Limit = limit;
        _actions = [.. limit.Actions.Select(ActionPattern.Parse)];
        _roles = [.. limit.Roles];
        _paths = [.. limit.Paths];
        foreach (var kind in limit.Kinds)
            _kinds |= 1 << (int)kind;
    }

    public AccessLimit Limit { get; }

    public bool Holds(in AccessQuestion question, ReadOnlySpan<char> path) =>
        (_kinds == 0 || (_kinds >> (int)question.Kind & 1) != 0)
        && (_roles.Length == 0 || HasRole(in question))
        && (_actions.Length == 0 || IsOneOf(question.Action))
        && (_paths.Length == 0 || IsBelow(path));

    private bool HasRole(in AccessQuestion question)
    {
        if (question.Roles.IsDefault)
            return false;
        foreach (var role in question.Roles)
        {
            if (Array.IndexOf(_roles, role) >= 0)
                return true;
        }

        return false;
    }

    private bool IsOneOf(ReadOnlySpan<char> action)
    {
        foreach (var pattern in _actions)
        {
            if (pattern.Matches(action))
                return true;
        }

        return false;
    }

    /// <summary>By whole segments: <c>/a/b</c> holds for <c>/a/b</c> and <c>/a/b/c</c>, not for <c>/a/bc</c>. Case counts for nothing, as it does for routes.</summary>
    private bool IsBelow(ReadOnlySpan<char> path)
    {
        foreach (var prefix in _paths)
        {
            if (path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (path.Length == prefix.Length || prefix[^1] == '/' || path[prefix.Length] == '/'))
                return true;
        }

        return false;
    }
}
