using System.Collections.Immutable;
using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Observing;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Failover.Coordinating;

/// <summary>
/// The control plane's share of one keeper: watches the other regions, follows the store, and sees to each partition that
/// has a database here. Where the store is gone it changes nothing, and the databases go on as they are.
/// </summary>
internal sealed partial class FailoverCoordinator
{
    /// <summary>Between looks while all is well; news is acted on at once.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Between looks while something is amiss.</summary>
    private static readonly TimeSpan AnxiousLook = TimeSpan.FromMilliseconds(100);

    /// <summary>What a database says within this is decided by at once; what comes later is news.</summary>
    private static readonly TimeSpan RefreshPatience = TimeSpan.FromMilliseconds(250);

    private readonly string _me;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly IReadOnlyList<IPartitionDatabase> _databases;
    private readonly StoreMirror _mirror;
    private readonly Observer _observer;
    private readonly PartitionCoordinator[] _partitions;
    private readonly Notifier? _notifier;
    private readonly Func<Func<ImmutableSortedDictionary<string, StoredValue>>, CancellationToken, Task>? _beside;
    private readonly SemaphoreSlim _news = new(0);

    /// <param name="platform">The platform.</param>
    /// <param name="me">The region.</param>
    /// <param name="databases">Its databases.</param>
    /// <param name="store">The consensus store; the caller's to dispose of.</param>
    /// <param name="clock">Counts suspended time.</param>
    /// <param name="log">Where to tell.</param>
    /// <param name="beside">What else goes by the store, given a way to read it as last heard; nothing here waits for it. Null: nothing.</param>
    public FailoverCoordinator(PlatformState platform, string me, IReadOnlyList<IPartitionDatabase> databases, IConsensusStore store, TimeProvider clock, ILogger log, Func<Func<ImmutableSortedDictionary<string, StoredValue>>, CancellationToken, Task>? beside = null)
    {
        _beside = beside;
        (_me, _clock, _log, _databases) = (me, clock, log, databases);
        _notifier = platform.Notifications.Webhooks.Count > 0 ? new Notifier(platform, me, store, () => _mirror!.Values, clock, log) : null;
        _mirror = new StoreMirror(store, Heard, clock, log);
        _observer = new Observer(platform, me, store, clock, log);
        var commits = new PartitionCommits(store, clock);
        _partitions = [.. databases.Select(d => new PartitionCoordinator(platform, platform.FindPartition(d.Partition)!, me, d, () => _mirror.Values, commits, clock, log))];
        foreach (var database in databases)
            database.OnChange(Wake);
    }

    /// <summary>The record of a partition as last heard; null where the store has not been read or has none.</summary>
    public PartitionRecord? RecordOf(string partition) =>
        _mirror.Values.TryGetValue(PartitionKeys.Record(partition), out var value) ? PartitionRecord.Parse(value.Value) : null;

    /// <summary>Completes when the store has been read.</summary>
    public Task Ready => _mirror.First;

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_mirror.RunAsync(stop), _observer.RunAsync(stop), DecideAsync(stop), _notifier?.RunAsync(stop) ?? Task.CompletedTask, _beside?.Invoke(() => _mirror.Values, stop) ?? Task.CompletedTask);

    /// <summary>Decisions first; people are told by a task of its own, for which nothing here ever waits.</summary>
    private void Heard()
    {
        Wake();
        _notifier?.Wake();
    }

    private void Wake()
    {
        if (_news.CurrentCount == 0)
            _news.Release();
    }

    private async Task DecideAsync(CancellationToken stop)
    {
        try
        {
            await _mirror.First.WaitAsync(stop);
            while (true)
            {
                var amiss = await StepAllAsync(stop);
                // News is acted on as it is; what may have changed without a word is asked for. One that does not answer must not
                // keep the others' partitions waiting.
                if (!await _news.WaitAsync(amiss ? AnxiousLook : Look, stop) && amiss)
                    await Task.WhenAny(Task.WhenAll(_databases.Select(d => d.RefreshAsync(stop))), Task.Delay(RefreshPatience, _clock, stop));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The keeper ends.
        }
    }

    private async Task<bool> StepAllAsync(CancellationToken stop)
    {
        var amiss = false;
        foreach (var partition in _partitions)
        {
            try
            {
                amiss |= await partition.StepAsync(stop);
            }
            catch (ConsensusUnavailableException e)
            {
                LogUnavailable(_me, e.Message);
                amiss = true;
            }
        }

        return amiss;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keeper of {Region} could not commit a step: {Error}")]
    private partial void LogUnavailable(string region, string error);
}
