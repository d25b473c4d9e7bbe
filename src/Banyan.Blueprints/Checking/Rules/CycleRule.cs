using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class CycleRule() : Rule("names.cycle", Severity.Error, "Services that need each other in a circle: none can start, or recover, before the other.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        // named needs first: a circle through 'all' is told apart, since it is broken in another way
        var direct = blueprint.Services.Values.ToDictionary(s => s.Name, s => s.Needs.Where(n => blueprint.Services.ContainsKey(n)).Distinct().ToList());
        foreach (var circle in Circles(direct))
        {
            yield return Found(blueprint, blueprint.Services[circle[0]], "needs", circle.Count == 1 ? $"service {circle[0]} needs itself" : $"services need each other in a circle: {string.Join(" -> ", circle.Append(circle[0]))}",
                "let one of them start and recover without the other, or join them through events");
        }

        var whole = blueprint.Services.Values.ToDictionary(s => s.Name, s => blueprint.NeedsOf(s).Where(n => blueprint.Services.ContainsKey(n)).ToList());
        foreach (var hub in blueprint.Services.Values.Where(s => s.Needs.Contains(Blueprint.AllServices)))
        {
            var back = whole.Where(s => s.Key != hub.Name && s.Value.Contains(hub.Name)).Select(s => s.Key).ToList();
            if (back.Count > 0)
                yield return Found(blueprint, hub, "needs", $"service {hub.Name} needs every other service, and {back.Listed()} {(back.Count == 1 ? "needs" : "need")} it", "name what it can't work without");
        }
    }

    /// <summary>One circle, the shortest through its first member, for each group of services that can all reach each other.</summary>
    private static IEnumerable<List<string>> Circles(Dictionary<string, List<string>> needs)
    {
        var told = new HashSet<string>();
        foreach (var start in needs.Keys)
        {
            if (told.Contains(start) || Shortest(needs, start) is not { } circle)
                continue;
            told.UnionWith(circle);
            yield return circle;
        }
    }

    private static List<string>? Shortest(Dictionary<string, List<string>> needs, string start)
    {
        var from = new Dictionary<string, string>();
        var queue = new Queue<string>([start]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var next in needs[at])
            {
                if (next == start)
                {
                    var circle = new List<string> { at };
                    while (circle[^1] != start)
                        circle.Add(from[circle[^1]]);
                    circle.Reverse();
                    return circle;
                }

                if (from.TryAdd(next, at))
                    queue.Enqueue(next);
            }
        }

        return null;
    }
}
