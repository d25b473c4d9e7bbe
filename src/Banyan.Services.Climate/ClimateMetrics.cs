using System.Diagnostics.Metrics;
using Banyan.Services.Climate.Ingest;
using Microsoft.Extensions.Logging;

namespace Banyan.Services.Climate;

/// <summary>The service's counters, on meter <c>banyan.climate</c>. Thread-safe.</summary>
internal sealed partial class ClimateMetrics : IWriteObserver
{
    private readonly Counter<long> _readings;
    private readonly Counter<long> _lines;
    private readonly Counter<long> _writes;
    private readonly Counter<long> _refusedLines;
    private readonly Counter<long> _refusedWrites;
    private readonly Counter<long> _commits;
    private readonly ILogger<ClimateMetrics> _logger;

    /// <summary>Makes the instruments.</summary>
    public ClimateMetrics(ClimateMeter meter, ILogger<ClimateMetrics> logger)
    {
        _logger = logger;
        _readings = meter.Meter.CreateCounter<long>("banyan.climate.readings", "{reading}", "Values that were stored.");
        _lines = meter.Meter.CreateCounter<long>("banyan.climate.lines", "{line}", "Lines that were stored.");
        _writes = meter.Meter.CreateCounter<long>("banyan.climate.writes", "{write}", "Writes that were stored.");
        _commits = meter.Meter.CreateCounter<long>("banyan.climate.commits", "{commit}", "Transactions that stored writes; small writes share one.");
        _refusedLines = meter.Meter.CreateCounter<long>("banyan.climate.lines.refused", "{line}", "Lines that were refused.");
        _refusedWrites = meter.Meter.CreateCounter<long>("banyan.climate.writes.refused", "{write}", "Writes that were answered with an error, by status.");
    }

    /// <inheritdoc/>
    public void Committed(IReadOnlyList<PendingWrite> writes)
    {
        _commits.Add(1);
        _writes.Add(writes.Count);
        foreach (var write in writes)
        {
            _readings.Add(write.Summary.Values);
            _lines.Add(write.Summary.Lines);
            if (write.Summary.Refused > 0)
                _refusedLines.Add(write.Summary.Refused);
        }
    }

    /// <summary>Counts a write that was answered with an error.</summary>
    public void Refused(int status) => _refusedWrites.Add(1, new KeyValuePair<string, object?>("status", status));

    /// <summary>Notes that the database failed a write.</summary>
    public void Failed(Exception error) => LogWriteFailed(_logger, error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A write was answered with 503: the database refused or is away.")]
    private static partial void LogWriteFailed(ILogger logger, Exception error);
}
