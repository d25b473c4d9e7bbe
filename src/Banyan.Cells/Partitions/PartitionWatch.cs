using System.Collections.Immutable;
using System.Text.Json;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Partitions;

/// <summary>
/// Follows the records and leases of all partitions. While the store is gone, what was known last stays. Thread-safe.
/// </summary>
internal sealed partial class PartitionWatch(IConsensusStore store, TimeProvider time, ILogger<PartitionWatch> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private ImmutableDictionary<string, KnownRecord> _records = ImmutableDictionary<string, KnownRecord>.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isKnown;

    /// <summary>False until the store has answered once.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>Completes with the next change; take it before the look that it is to follow.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    /// <summary>A partition's record as it was heard last; null where none is known.</summary>
    public KnownRecord? Find(string partition) => Volatile.Read(ref _records).GetValueOrDefault(partition);

    /// <summary>The services that a region does without: what the records of the partitions that it serves say together.</summary>
    public IEnumerable<string> ShedIn(string region) => Volatile.Read(ref _records).Values.Where(r => r.Record.Primary == region).SelectMany(static r => r.Record.Shed);

    /// <summary>Follows until cancelled.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(FollowAsync(PartitionKeys.Records, stopping), FollowAsync(PartitionKeys.Leases, stopping));

    private async Task FollowAsync(string prefix, CancellationToken stopping)
    {
        var pause = FirstPause;
        var gone = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var list = await store.ListAsync(prefix, stopping);
                Apply(prefix, list.Values.Select(static v => (v.Key, (StoredValue?)v)));
                if (gone)
                    LogBack(prefix);
                (gone, pause) = (false, FirstPause);
                await foreach (var change in store.WatchAsync(prefix, list.Revision, stopping))
                    Apply(prefix, [(change.Key, change.Value)]);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                if (!gone && e is not ConsensusCompactedException)
                    LogGone(prefix, e.Message);
                gone = true;
            }

            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Of leases only that something has changed is of interest: whoever wants one asks the store.
    private void Apply(string prefix, IEnumerable<(string Key, StoredValue? Value)> changes)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (prefix == PartitionKeys.Records)
            {
                foreach (var (key, value) in changes)
                    Note(key[prefix.Length..], value);
                _isKnown = true;
            }

            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.TrySetResult();
    }

    private void Note(string partition, StoredValue? value)
    {
        if (value is null)
        {
            Volatile.Write(ref _records, _records.Remove(partition));
            return;
        }

        try
        {
            if (_records.GetValueOrDefault(partition) is not { } known || known.Revision < value.Revision)
                Volatile.Write(ref _records, _records.SetItem(partition, new KnownRecord(PartitionRecord.Parse(value.Value), value.Revision)));
        }
        catch (JsonException e)
        {
            LogUnreadable(value.Key, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The consensus store does not answer; what was known of {Prefix} stays: {Error}")]
    private partial void LogGone(string prefix, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The consensus store answers again ({Prefix})")]
    private partial void LogBack(string prefix);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} in the consensus store is not a partition's record: {Error}")]
    private partial void LogUnreadable(string key, string error);
}

/// <summary>A record, and the revision to compare with. Immutable.</summary>
internal sealed record KnownRecord(PartitionRecord Record, long Revision);
