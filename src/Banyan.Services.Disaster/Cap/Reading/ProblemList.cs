using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>Collects problems, up to a limit that no sane message reaches.</summary>
internal sealed class ProblemList
{
    private const int Limit = 100;
    private readonly List<CapProblem> _problems = [];
    private int _dropped;

    public bool HasErrors { get; private set; }

    public void Error(string path, int line, string rule, string message) => Add(new CapProblem(true, path, line, rule, message));

    public void Error(CapElement at, string rule, string message) => Error(at.Path, at.Line, rule, message);

    public void Warn(CapElement at, string rule, string message) => Add(new CapProblem(false, at.Path, at.Line, rule, message));

    /// <summary>All of them, in the order of the document.</summary>
    public ImmutableArray<CapProblem> ToImmutable()
    {
        var sorted = _problems.OrderBy(static p => p.Line).ToList();
        if (_dropped > 0)
            sorted.Add(new CapProblem(HasErrors, "alert", 0, "limit", $"{_dropped} more problems are not listed. Correct these first."));
        return [.. sorted];
    }

    private void Add(CapProblem problem)
    {
        HasErrors |= problem.IsError;
        if (_problems.Count < Limit)
            _problems.Add(problem);
        else
            _dropped++;
    }
}
