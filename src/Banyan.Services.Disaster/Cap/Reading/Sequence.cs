using System.Collections.Frozen;

namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>The children that the schema lets an element have: which, in what order, how many.</summary>
internal sealed class Sequence
{
    private readonly (string Name, bool Required, bool Many)[] _parts;
    private readonly FrozenDictionary<string, int> _places;

    /// <summary>Each part is a name, with <c>?</c> for optional, <c>+</c> for one or more, <c>*</c> for any number.</summary>
    public Sequence(params string[] parts)
    {
        _parts = [.. parts.Select(static p => (p.TrimEnd('?', '+', '*'), p[^1] is not ('?' or '*'), p[^1] is '+' or '*'))];
        _places = _parts.Select(static (p, i) => KeyValuePair.Create(p.Name, i)).ToFrozenDictionary();
    }

    /// <summary>Checks the children and groups those that are known by name; foreign elements go to <paramref name="foreign"/>.</summary>
    public Dictionary<string, List<CapElement>> Check(CapElement element, ProblemList problems, List<CapElement>? foreign = null)
    {
        var found = new Dictionary<string, List<CapElement>>();
        if (!element.IsBlank)
            problems.Error(element, Rules.Schema, $"'{element.Name}' holds elements, not text. Remove the text between them.");
        var place = 0;
        foreach (var child in element.Children)
        {
            if (child.Namespace != CapAlert.Namespace)
            {
                if (foreign is null)
                    problems.Error(child, Rules.Schema, $"'{child.Name}' of namespace '{child.Namespace}' has no place in '{element.Name}'. Carry it as a parameter.");
                else
                    foreign.Add(child);
                continue;
            }

            if (!_places.TryGetValue(child.Name, out var at))
            {
                problems.Error(child, Rules.Schema, $"'{element.Name}' has no element '{child.Name}'.{Suggest(child.Name)}");
                continue;
            }

            if (at < place || foreign?.Count > 0)
                problems.Error(child, Rules.Schema, $"'{child.Name}' is out of order: it must come before '{(at < place ? _parts[place].Name : foreign![0].Name)}'. The order in '{element.Name}' is {string.Join(", ", _parts.Select(static p => p.Name))}.");
            place = Math.Max(place, at);
            if (!found.TryGetValue(child.Name, out var group))
                found[child.Name] = group = [];
            group.Add(child);
            if (group.Count == 2 && !_parts[at].Many)
                problems.Error(child, Rules.Schema, $"'{element.Name}' may have one '{child.Name}' only. Keep one.");
        }

        foreach (var (name, required, _) in _parts)
        {
            if (required && !found.ContainsKey(name))
                problems.Error($"{element.Path}/{name}", element.Line, Rules.Schema, $"'{name}' is missing. Add it{After(name, found)}.");
        }

        return found;
    }

    private string After(string name, Dictionary<string, List<CapElement>> found)
    {
        for (var i = _places[name] - 1; i >= 0; i--)
        {
            if (found.ContainsKey(_parts[i].Name))
                return $" after '{_parts[i].Name}'";
        }

        return " as the first element";
    }

    private string Suggest(string name)
    {
        var near = _parts.Select(static p => p.Name).FirstOrDefault(n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase))
            ?? _parts.Select(static p => p.Name).FirstOrDefault(n => n.StartsWith(name, StringComparison.OrdinalIgnoreCase) || name.StartsWith(n, StringComparison.OrdinalIgnoreCase));
        return near is null ? " Remove it, or carry it as a parameter." : $" Did you mean '{near}'?";
    }
}
