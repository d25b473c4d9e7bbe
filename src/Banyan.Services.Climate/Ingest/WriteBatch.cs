using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Ingest;

/// <summary>What became of a text: points by series, and what was refused. Not thread-safe; one owner, who disposes it.</summary>
internal sealed class WriteBatch : IDisposable
{
    /// <summary>How many refusals are kept to be told; all are counted.</summary>
    public const int MaxErrors = 10;

    private readonly Dictionary<Series, SeriesPoints> _bySeries = [];
    private readonly List<LineError> _errors = [];

    /// <summary>The points by series, in the order in which series came first.</summary>
    public List<SeriesPoints> Series { get; } = [];

    /// <summary>What the catalog did not know: where there is something, the text is to be read again once it does.</summary>
    public Unknowns Unknowns { get; } = new();

    /// <summary>The first lines that were refused.</summary>
    public IReadOnlyList<LineError> Errors => _errors;

    /// <summary>How many lines were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>How many lines were taken.</summary>
    public int Lines { get; set; }

    /// <summary>How many values they have.</summary>
    public long Values { get; set; }

    /// <summary>Finds the points of a series, or makes room for them.</summary>
    public SeriesPoints Get(Series series, ReadOnlySpan<byte> written)
    {
        if (!_bySeries.TryGetValue(series, out var points))
        {
            points = new SeriesPoints(series, written.ToArray());
            _bySeries.Add(series, points);
            Series.Add(points);
        }

        return points;
    }

    /// <summary>Notes a line that was refused.</summary>
    public void Refuse(LineError error)
    {
        Refused++;
        if (_errors.Count < MaxErrors)
            _errors.Add(error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var points in Series)
            points.Dispose();
        Series.Clear();
        _bySeries.Clear();
    }
}
