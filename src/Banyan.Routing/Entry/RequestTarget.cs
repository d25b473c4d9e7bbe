namespace Banyan.Routing.Entry;

/// <summary>
/// What of a request's target goes to the cell. The raw text is passed on, never one that was decoded and encoded again:
/// entry and cell then decode the same bytes in the same way, so what is checked here is what is served there.
/// </summary>
internal static class RequestTarget
{
    /// <summary>The path and query as sent, without scheme and authority; false for <c>*</c>, an authority, or a path with dot segments.</summary>
    public static bool TryGet(string raw, out ReadOnlySpan<char> target)
    {
        target = raw;
        if (!raw.StartsWith('/'))
        {
            var authority = raw.IndexOf("://", StringComparison.Ordinal);
            if (authority < 0)
                return false;
            target = target[(authority + 3)..];
            var slash = target.IndexOf('/');
            if (slash < 0)
                return false;
            target = target[slash..];
        }

        return !HasDotSegment(PathOf(target));
    }

    /// <summary>The target without its first two segments, <c>/regions/{region}</c>; a target holds at least these.</summary>
    public static string WithoutPrefix(ReadOnlySpan<char> target)
    {
        var path = PathOf(target);
        var rest = Cut(path[1..]);
        rest = rest.IsEmpty ? rest : Cut(rest[1..]);
        var query = target[path.Length..];
        return rest.IsEmpty ? $"/{query}" : $"{rest}{query}";
    }

    /// <summary>Whether a decoded path is the cell's own business: its status, its metrics, its probes.</summary>
    public static bool IsHidden(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return false;
        var rest = path[1..];
        var after = Cut(rest);
        var first = rest[..^after.Length];
        return first.Equals("cell", StringComparison.OrdinalIgnoreCase)
            || first.Equals("metrics", StringComparison.OrdinalIgnoreCase)
            || (after.Length > 1 && first.Equals("health", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The decoded path without <c>/regions/{region}</c>.</summary>
    public static ReadOnlySpan<char> WithoutPrefix(string path)
    {
        var rest = Cut(path.AsSpan(1));
        return rest.IsEmpty ? rest : Cut(rest[1..]);
    }

    private static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    /// <summary>From the next slash on.</summary>
    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        return slash < 0 ? default : path[slash..];
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        if (path.IndexOf("/.") < 0 && path.IndexOf("%2e", StringComparison.OrdinalIgnoreCase) < 0)
            return false;
        foreach (var range in path.Split('/'))
        {
            var dots = 0;
            var segment = path[range];
            while (!segment.IsEmpty)
            {
                var length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
                if (length == 0)
                    break;
                dots++;
                segment = segment[length..];
            }

            if (segment.IsEmpty && dots is 1 or 2)
                return true;
        }

        return false;
    }
}
