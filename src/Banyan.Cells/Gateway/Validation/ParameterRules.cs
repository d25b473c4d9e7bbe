using System.Collections.Frozen;
using System.Collections.Immutable;
using Banyan.Cells.Describing;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>What a query's parameters, or a form's fields, must be like. Immutable; thread-safe.</summary>
internal sealed class ParameterRules(IReadOnlyList<QueryParameter> parameters)
{
    // The framework finds parameters in any case: so must what is checked.
    private readonly FrozenDictionary<string, QueryParameter> _known = parameters.ToFrozenDictionary(static q => q.Name, StringComparer.OrdinalIgnoreCase);
    private readonly ImmutableArray<string> _required = [.. parameters.Where(static q => q.Required).Select(static q => q.Name)];

    /// <summary>Whether there is anything to check.</summary>
    public bool Any => _known.Count > 0;

    /// <summary>Whether something must be there.</summary>
    public bool AnyRequired => _required.Length > 0;

    /// <summary>Everything that is wrong, by name; empty where nothing is.</summary>
    /// <param name="given">Names with their values; a name at most once, in whatever case.</param>
    public ImmutableArray<(string Name, string Detail)> Find(IEnumerable<KeyValuePair<string, StringValues>> given)
    {
        if (!Any)
            return [];
        var wrong = ImmutableArray<(string, string)>.Empty;
        var missing = _required;
        foreach (var (name, values) in given)
        {
            if (!_known.TryGetValue(name, out var parameter))
                continue;
            if (values.Count > 1 && !parameter.Repeats)
                wrong = wrong.Add((parameter.Name, "is there more than once"));
            else if (!Fits(parameter, values))
                wrong = wrong.Add((parameter.Name, "must be " + QueryValue.Describe(parameter)));
            if (parameter.Required && !StringValues.IsNullOrEmpty(values))
                missing = missing.Remove(parameter.Name);
        }

        return missing.IsEmpty ? wrong : [.. wrong, .. missing.Select(static name => (name, "is missing"))];
    }

    /// <summary>One without a value counts as absent.</summary>
    private static bool Fits(QueryParameter parameter, StringValues values)
    {
        foreach (var value in values)
        {
            if (!string.IsNullOrEmpty(value) && !QueryValue.Fits(parameter, value))
                return false;
        }

        return true;
    }
}
