using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Reading;

/// <summary>What one reading gathers: findings and places.</summary>
internal sealed class ReadContext
{
    /// <summary>More findings than these help nobody; the rest is counted.</summary>
    public const int MaxFindings = 500;

    private readonly List<Finding> _findings = [];
    private int _more;

    /// <summary>Where each path is written.</summary>
    public Dictionary<string, Place> Places { get; } = new(512, StringComparer.Ordinal);

    public bool HasFindings => _findings.Count > 0;

    public void Report(string rule, string path, Place place, string message, string? hint)
    {
        if (_findings.Count < MaxFindings)
            _findings.Add(new(rule, Severity.Error, path, place.Line, place.Column, message, hint));
        else
            _more++;
    }

    public void Report(string path, Place place, QuantityError error) => Report(ReadRules.Quantity, path, place, error.Message, error.Hint);

    /// <summary>All findings in the order of the file.</summary>
    public IReadOnlyList<Finding> Findings()
    {
        var sorted = _findings.OrderBy(f => f.Line).ThenBy(f => f.Column).ToList();
        if (_more > 0)
            sorted.Add(new(ReadRules.Limit, Severity.Error, "", sorted[^1].Line, sorted[^1].Column, $"{_more} more problems are not shown", "mend these first"));
        return sorted;
    }
}
