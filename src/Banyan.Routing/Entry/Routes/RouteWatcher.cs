using System.Text.Json;
using Banyan.Cells.Partitions;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Entry.Routes;

/// <summary>
/// Follows the partitions' records in the consensus store, and points each region's route to its primary. While the store
/// is gone, routes stay as they were last.
/// </summary>
internal sealed partial class RouteWatcher(IConsensusStore store, EntryState state, EntryPulses pulses, TimeProvider time, ILogger<RouteWatcher> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        var gone = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var list = await store.ListAsync(PartitionKeys.Records, stoppingToken);
                foreach (var value in list.Values)
                    await ApplyAsync(value);
                if (gone)
                    LogBack();
                (gone, pause) = (false, FirstPause);
                await foreach (var change in store.WatchAsync(PartitionKeys.Records, list.Revision, stoppingToken))
                {
                    if (change.Value is not null)
                        await ApplyAsync(change.Value);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                // Gone, or compacted: list again. A store that stays away is named once.
                if (!gone && e is not ConsensusCompactedException)
                    LogGone(e.Message);
                gone = true;
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ApplyAsync(StoredValue value)
    {
        var partition = value.Key[PartitionKeys.Records.Length..];
        PartitionRecord record;
        try
        {
            record = PartitionRecord.Parse(value.Value);
        }
        catch (JsonException e)
        {
            LogUnreadable(value.Key, e.Message);
            return;
        }

        if (state.Apply(partition, record) is not { } change)
            return;
        var (before, after) = change;
        if (ReferenceEquals(before, after))
        {
            if (!RouteChange.Knows(after, record))
                LogUnknown(partition, record.Primary);
            return;
        }

        pulses.Of(partition).Ring();
        if (!ReferenceEquals(before.Route!.Life, after.Route!.Life))
        {
            LogMoved(partition, before.Route.Primary, after.Route.Primary, record.Epoch, record.Reason);
            await before.Route.Life.EndAsync();
            foreach (var cell in before.Route.Cells)
                cell.Pool?.Leave(before.Route.Life);
        }
        else if (after.Route.Switching && !before.Route.Switching)
        {
            LogSwitching(partition, after.Route.Primary, record.Target);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The consensus store does not answer; routes stay as they are: {Error}")]
    private partial void LogGone(string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The consensus store answers")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} in the consensus store is not a partition's record: {Error}")]
    private partial void LogUnreadable(string key, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition} has its primary in {Primary}, of which no cell is known here; its route stays")]
    private partial void LogUnknown(string partition, string primary);

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {Partition} moves: {Before} -> {After}, epoch {Epoch}: {Reason}")]
    private partial void LogMoved(string partition, string before, string after, int epoch, string? reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {Partition} begins a planned switch: {Primary} -> {Target}")]
    private partial void LogSwitching(string partition, string primary, string? target);
}
