using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Climate.Queries;

/// <summary>Reads the parameters of a query and notes every one that is wrong. Not thread-safe; one a request.</summary>
internal sealed class QueryReader(HttpRequest request, long now)
{
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>A text; null where it is absent or empty.</summary>
    public string? Text(string name)
    {
        _read.Add(name);
        var value = request.Query[name].ToString();
        return value.Length == 0 ? null : value;
    }

    /// <summary>A text that must be there.</summary>
    public string Required(string name)
    {
        if (Text(name) is { } value)
            return value;
        _problems.Add($"{name} is missing.");
        return "";
    }

    /// <summary>A time.</summary>
    public long Time(string name, long fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (Timestamps.TryParse(text, now, out var time))
            return time;
        _problems.Add($"{name} is '{text}'; it must be a time such as 2026-03-01T12:00:00Z, nanoseconds since 1970, now, or now-1h.");
        return fallback;
    }

    /// <summary>A duration in nanoseconds.</summary>
    public long Duration(string name, long fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (Durations.TryParse(text, out var duration) && duration > 0)
            return duration;
        _problems.Add($"{name} is '{text}'; it must be a duration such as 15m, 1h or 1d.");
        return fallback;
    }

    /// <summary>A whole number within a range.</summary>
    public int Number(string name, int fallback, int least, int most)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        _problems.Add($"{name} is '{text}'; it must be a whole number from {least} to {most}.");
        return fallback;
    }

    /// <summary>The tags that are asked for: <c>tag.KEY=VALUE</c>.</summary>
    public Dictionary<string, string> Tags()
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in request.Query)
        {
            if (!name.StartsWith("tag.", StringComparison.Ordinal))
                continue;
            _read.Add(name);
            if (name.Length == 4 || values.Count != 1 || string.IsNullOrEmpty(values[0]))
                _problems.Add($"{name} must name a tag and give it one value, as in tag.station=x.");
            else
                tags[name[4..]] = values[0]!;
        }

        return tags;
    }

    /// <summary>Notes something that is wrong.</summary>
    public void Problem(string message) => _problems.Add(message);

    /// <summary>The refusal, where something is wrong; also where there is a parameter that nobody asked for.</summary>
    public IResult? Refusal()
    {
        foreach (var name in request.Query.Keys.Where(n => !_read.Contains(n)))
            _problems.Add($"{name} is not a parameter here; there are {string.Join(", ", _read.Order(StringComparer.Ordinal))}.");
        return _problems.Count == 0 ? null : Cells.Http.Problem.Create(
            StatusCodes.Status400BadRequest, "climate-query-invalid", "The query can't be answered", string.Join(' ', _problems), new Dictionary<string, object?>(StringComparer.Ordinal) { ["errors"] = _problems });
    }
}
