using System.Collections.Concurrent;
using Banyan.Journal.Log.Notes;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Witness;

/// <summary>
/// What was found wrong with a log: told once loudly, kept as evidence, and repeated in the cell's findings until the evidence
/// is taken away. Thread-safe.
/// </summary>
internal sealed partial class WitnessAlarms(WitnessStore store, TimeProvider time, ILogger log)
{
    private const int MostRemembered = 64;

    private readonly ConcurrentDictionary<string, string> _findings = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();

    /// <summary>One line for the cell's health; null where nothing was found since the process started, and no evidence lies there.</summary>
    public string? Finding
    {
        get
        {
            if (!_findings.IsEmpty)
                return string.Join("; ", _findings.Values.Take(3));
            return _kept.Value > 0 ? $"there is evidence that a log has forked ({_kept.Value} files in the witness' folder): see docs/witness.md" : null;
        }
    }

    private readonly Lazy<int> _kept = new(() =>
    {
        try
        {
            return store.CountEvidence();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotKept(log, error, "the evidence");
            return 0;
        }
    });

    /// <summary>Two checkpoints that don't go together.</summary>
    public void Raise(string origin, string finding, SignedNote one, SignedNote other)
    {
        string? file = null;
        try
        {
            lock (_writing)
                file = store.KeepEvidence(origin, finding, one, other, time.GetUtcNow());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotKept(log, error, origin);
        }

        if (Remember(origin, file is null ? finding : $"{finding} (evidence: {file})"))
            LogFork(log, finding, file ?? "not kept");
    }

    /// <summary>A witness that does not do what a witness does; there is nothing to show but our word.</summary>
    public void Suspect(string region, string finding)
    {
        if (Remember("witness:" + region, finding))
            LogWitness(log, finding);
    }

    private bool Remember(string key, string finding)
    {
        if (_findings.Count >= MostRemembered || (_findings.TryGetValue(key, out var before) && before == finding))
            return false;
        _findings[key] = finding;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "FORK: {Finding}. Evidence: {File}. Nothing of it is cosigned; see docs/witness.md")]
    private static partial void LogFork(ILogger log, string finding, string file);

    [LoggerMessage(Level = LogLevel.Critical, Message = "WITNESS: {Finding}")]
    private static partial void LogWitness(ILogger log, string finding);

    [LoggerMessage(Level = LogLevel.Error, Message = "Evidence about {Origin} can't be kept")]
    private static partial void LogNotKept(ILogger log, Exception error, string origin);
}
