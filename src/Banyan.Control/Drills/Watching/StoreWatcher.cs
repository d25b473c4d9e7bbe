using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Observing;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Drills.Watching;

/// <summary>Follows what the control plane writes about a partition while it is drilled, and notes it on the timeline.</summary>
/// <param name="store">The consensus store.</param>
/// <param name="partition">The partition.</param>
/// <param name="timeline">Where it is noted.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreWatcher(IConsensusStore store, string partition, Timeline timeline, TimeProvider time)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _suspecting = new(StringComparer.Ordinal);
    private volatile StoredValue? _record;
    private PartitionHold? _hold;
    private volatile string? _victim;
    private int _away;

    /// <summary>Completes when the partition's record was read once, or could not be.</summary>
    public Task Read => _read.Task;

    /// <summary>The partition's record as it was last seen; null where there is none.</summary>
    public StoredValue? Record => _record;

    /// <summary>What it says.</summary>
    public PartitionRecord? Partition => _record is { } record ? PartitionRecord.Parse(record.Value) : null;

    /// <summary>Who holds the partition's lease, as last seen; null where nobody does.</summary>
    public PartitionHold? Hold => Volatile.Read(ref _hold);

    /// <summary>Names the region whose observers' words are noted.</summary>
    public void Suspect(string region) => _victim = region;

    /// <summary>Follows until told to stop.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        FollowAsync(PartitionKeys.Record(partition), SeeRecord, stop),
        FollowAsync(PartitionKeys.Lease(partition), SeeLease, stop),
        FollowAsync(PartitionKeys.Approvals(partition), SeeApproval, stop),
        FollowAsync(Observation.Keys, SeeObservation, stop));

    private async Task FollowAsync(string prefix, Action<string, StoredValue?> see, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var now = await store.ListAsync(prefix, stop);
                if (Interlocked.Exchange(ref _away, 0) == 1)
                    timeline.Add("consensus store answers");
                foreach (var value in now.Values)
                    see(value.Key, value);
                if (prefix == PartitionKeys.Record(partition))
                    _read.TrySetResult();
                await foreach (var change in store.WatchAsync(prefix, now.Revision, stop))
                    see(change.Key, change.Value);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken) when (broken is IOException or JsonException or OperationCanceledException)
            {
                _read.TrySetResult();
                if (broken is ConsensusUnavailableException && timeline.Broken is not null && Interlocked.Exchange(ref _away, 1) == 0)
                    timeline.Add("consensus store does not answer");
            }

            await Task.Delay(BetweenTries, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void SeeRecord(string key, StoredValue? value)
    {
        if (key != PartitionKeys.Record(partition) || value is null)
            return;
        var before = Partition;
        _record = value;
        if (before is null)
            return;
        var after = PartitionRecord.Parse(value.Value);
        if (after.Epoch > before.Epoch)
            timeline.Add("decided", string.Create(CultureInfo.InvariantCulture, $"epoch {after.Epoch}, primary {after.Primary}{(after.Reason is null ? "" : $": {after.Reason}")}"));
        else if (after.Target is not null && before.Target is null)
            timeline.Add("switch asked for", $"to {after.Target}");
        else if (after.Target is null && before.Target is not null)
            timeline.Add("switch given up");
        else if (after.InSync.Count != before.InSync.Count)
            timeline.Add(after.InSync.Count == 0 ? "standby given up" : "standby in sync", after.InSync.Count == 0 ? "commits wait for nobody" : string.Join(", ", after.InSync));
    }

    private void SeeLease(string key, StoredValue? value)
    {
        if (key != PartitionKeys.Lease(partition))
            return;
        var before = _hold;
        var after = value is null ? null : PartitionHold.Parse(value.Value);
        Volatile.Write(ref _hold, after);
        if (timeline.Broken is null || before == after)
            return;
        if (after is null)
            timeline.Add("lease gone", before!.Region);
        else
            timeline.Add("lease taken", string.Create(CultureInfo.InvariantCulture, $"by the cell of {after.Region}, epoch {after.Epoch}"));
    }

    private void SeeApproval(string key, StoredValue? value)
    {
        if (value is not null && timeline.Broken is not null)
            timeline.Add("approved", $"{key[(key.LastIndexOf('/') + 1)..]} ({value.Value})");
    }

    private void SeeObservation(string key, StoredValue? value)
    {
        if (value is null || timeline.Broken is null || _victim is not { } victim)
            return;
        var word = Observation.Parse(value.Value);
        var sight = word.Of(victim);
        (string Name, Sight Sight)[] seen = [("cell", sight.Cell), ("keeper", sight.Keeper), ("database", sight.Database)];
        var amiss = seen.Where(static s => s.Sight is Sight.Silent or Sight.Refused).Select(static s => $"{s.Name} {s.Sight.ToString().ToLowerInvariant()}").ToList();
        lock (_suspecting)
        {
            if (amiss.Count == 0 || !_suspecting.Add(word.Observer))
                return;
        }

        timeline.Add("suspected", $"{word.Observer} finds {string.Join(", ", amiss)}");
    }
}
