using System.Collections.Immutable;
using System.Text.Json;
using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Deciding;
using Banyan.Control.Failover.Observing;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Failover.Coordinating;

/// <summary>Sees to one partition from one region: gathers the facts, has <see cref="FailoverPlan"/> decide, carries the step out. One call at a time.</summary>
internal sealed partial class PartitionCoordinator(
    PlatformState platform, PartitionState partition, string me, IPartitionDatabase database, Func<ImmutableSortedDictionary<string, StoredValue>> heard, PartitionCommits commits, TimeProvider clock, ILogger log)
{
    private readonly PartitionTimers _timers = new(clock);
    private PartitionRecord? _wanted;
    private bool _handingOver;
    private string? _syncWith;
    private string? _wantedSync;
    private FailoverStep _last = new FailoverStep.Rest();

    /// <summary>What was decided last, for people.</summary>
    public FailoverStep Last => _last;

    /// <summary>The facts, the decision, and its execution.</summary>
    /// <returns>Whether something is amiss, so that it should be looked at again soon.</returns>
    /// <exception cref="ConsensusUnavailableException">The store gave no answer.</exception>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var values = heard();
        if (!values.TryGetValue(PartitionKeys.Record(partition.Name), out var read))
        {
            await commits.CreateAsync(partition.Name, new PartitionRecord { Epoch = partition.Epoch, Primary = partition.Primary }, cancellationToken);
            return true; // Ours or another's: the watch brings it.
        }

        var (facts, hold) = Gather(values, PartitionRecord.Parse(read.Value));
        Want(facts.Record, _handingOver && facts.Record.Target is not null && facts.Record.Primary == me);
        var step = FailoverPlan.Decide(facts);
        if (step != _last && !SameWait(step))
            Tell(facts, step);
        _last = step;
        await CarryOutAsync(step, facts, read, hold, cancellationToken);
        return step is not FailoverStep.Rest;
    }

    private (PartitionFacts Facts, StoredValue? Hold) Gather(IReadOnlyDictionary<string, StoredValue> values, PartitionRecord record)
    {
        var held = values.TryGetValue(PartitionKeys.Lease(partition.Name), out var hold) && PartitionHold.Parse(hold.Value).Epoch == record.Epoch;
        var observations = new List<Observation>();
        foreach (var region in platform.Regions)
        {
            if (values.TryGetValue(Observation.Key(region.Name), out var said) && TryParse(said.Value) is { } word)
                observations.Add(word);
        }

        var sight = database.Sight();
        var facts = new PartitionFacts
        {
            Partition = partition.Name,
            Me = me,
            Regions = [.. platform.Regions.Select(static r => r.Name)],
            Holders = [.. partition.Databases.Select(static d => d.Region).OrderByDescending(r => r == partition.Name)],
            Record = record,
            Requested = values.GetValueOrDefault(MoveKeys.Request(partition.Name))?.Value,
            IsPaused = values.ContainsKey(MoveKeys.Pause),
            Hold = held ? PartitionHold.Parse(hold!.Value) : null,
            Observations = observations,
            Database = sight,
            Policy = Policy(values, record),
            Carrying = Carry(values, me),
        };
        var home = facts.Holders[0];
        _timers.Note(record, held, Quorum.Says(facts, record.Primary, static s => s.Cell is Sight.Refused or Sight.Silent), sight.IsPrimary && home != me && sight.Streaming.Contains(home));
        return (facts with
        {
            Unheld = _timers.Unheld,
            WasHeld = _timers.WasHeld,
            RecordAge = _timers.RecordAge,
            CellMissing = _timers.CellMissing,
            HomeReady = _timers.HomeReady,
            RecentMoves = _timers.RecentMoves,
        }, hold);
    }

    /// <summary>How a region stands to what it would carry, with this partition and all that is there now.</summary>
    private Carrying Carry(IReadOnlyDictionary<string, StoredValue> values, string region) => region == partition.Name ? Carrying.Enough : SurvivorCapacity.Judge(
        platform,
        platform.Partitions.Where(p => values.ContainsKey(PartitionKeys.Record(p.Name))).ToDictionary(static p => p.Name, p => PartitionRecord.Parse(values[PartitionKeys.Record(p.Name)].Value).Primary),
        region, partition.Name);

    private FailoverPolicyFacts Policy(IReadOnlyDictionary<string, StoredValue> values, PartitionRecord record)
    {
        var policy = platform.FindRegion(record.Primary)?.Failover ?? new FailoverState();
        var home = platform.FindRegion(partition.Name)?.Failover ?? policy;
        var prefix = PartitionKeys.Approvals(partition.Name, record.Epoch);
        return new FailoverPolicyFacts
        {
            Mode = policy.Mode switch
            {
                "automatic" when policy.Approvals.Count == 0 => FailoverMode.Automatic,
                "neighbour" => FailoverMode.Neighbour,
                "none" => FailoverMode.None,
                _ => FailoverMode.Approved,
            },
            Approvals = policy.Approvals,
            Approved = [.. values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..])],
            RecoveryPoint = partition.RecoveryPointSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Synchronous = partition.Replication == "synchronous",
            Degrades = partition.StandbyGone != "block",
            FailsBack = home.FailsBack,
        };
    }

    private async Task CarryOutAsync(FailoverStep step, PartitionFacts facts, StoredValue read, StoredValue? hold, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case FailoverStep.TakeOver take:
                await commits.RaiseAsync(partition.Name, read, hold, me, take.Reason, facts.Carrying, !facts.Policy.Degrades, cancellationToken);
                break;
            case FailoverStep.Switch to:
                if (facts.Database is { IsRunning: true, SilentFor.Ticks: 0 })
                    await database.PrepareHandOverAsync(cancellationToken); // While it still serves, so that the stop is short.
                await commits.SetTargetAsync(partition.Name, read, to.Target, to.Reason, cancellationToken);
                break;
            case FailoverStep.RefuseRequest:
                await commits.DropRequestAsync(partition.Name, cancellationToken);
                break;
            case FailoverStep.CancelSwitch cancel:
                await commits.SetTargetAsync(partition.Name, read, null, cancel.Why, cancellationToken);
                break;
            case FailoverStep.HandOver:
                Want(facts.Record, handOver: true);
                break;
            case FailoverStep.CompleteSwitch complete:
                await commits.RaiseAsync(partition.Name, read, hold, complete.Target, complete.Reason, Carry(heard(), complete.Target), !facts.Policy.Degrades, cancellationToken);
                break;
            case FailoverStep.SetInSync sync:
                await SetInSyncAsync(sync.Regions, facts, read, cancellationToken);
                break;
            case FailoverStep.Shed shed:
                await commits.SetShedAsync(read, shed.Carrying, cancellationToken);
                break;
        }
    }

    /// <summary>Commits wait for a standby before the record names it, and go on waiting until the record no longer does.</summary>
    private async Task SetInSyncAsync(IReadOnlyList<string> regions, PartitionFacts facts, StoredValue read, CancellationToken cancellationToken)
    {
        var syncWith = regions.Count > 0 ? regions[0] : null;
        if (syncWith is not null)
        {
            _syncWith = syncWith;
            Want(facts.Record, _handingOver);
            if (facts.Database!.Synchronous.SequenceEqual(regions) && !facts.Record.InSync.SequenceEqual(regions))
                await commits.SetInSyncAsync(read, regions, cancellationToken);
            return;
        }

        if (facts.Record.Synchronous || facts.Record.InSync.Count > 0)
        {
            if (!await commits.SetInSyncAsync(read, [], cancellationToken))
                return;
        }

        _syncWith = null;
        Want(facts.Record, _handingOver);
    }

    private void Want(PartitionRecord record, bool handOver)
    {
        if (record.Primary != me)
            _syncWith = null;
        // As long as the record names a standby, commits wait for it: also under a keeper that has only just come back.
        var syncWith = _syncWith ?? (record.Primary == me && record.InSync.Count > 0 ? record.InSync[0] : null);
        if (_wanted == record && _handingOver == handOver && _wantedSync == syncWith)
            return;
        (_wanted, _handingOver, _wantedSync) = (record, handOver, syncWith);
        database.Want(record, handOver, syncWith);
    }

    private bool SameWait(FailoverStep step) => step is FailoverStep.Wait && _last is FailoverStep.Wait;

    private void Tell(PartitionFacts facts, FailoverStep step)
    {
        switch (step)
        {
            case FailoverStep.Rest:
                LogRest(partition.Name, facts.Record.Epoch);
                break;
            case FailoverStep.Wait wait:
                LogWait(partition.Name, wait.Why);
                break;
            case FailoverStep.Ask ask:
                LogAsk(partition.Name, ask.Why, string.Join(", ", ask.Roles), string.Join(" ", ask.Roles.Select(r => $"--as {r}")));
                break;
            case FailoverStep.Shed { Carrying.Shortage: var shortage }:
                LogShed(partition.Name, shortage ?? $"{me} can carry all of its load again");
                break;
            default:
                LogStep(partition.Name, facts.Record.Epoch, step.ToString());
                break;
        }
    }

    private static Observation? TryParse(string json)
    {
        try
        {
            return Observation.Parse(json);
        }
        catch (JsonException)
        {
            return null; // Of another version: its observer has no word with us.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {Partition} is well in epoch {Epoch}")]
    private partial void LogRest(string partition, int epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition}: {Why}")]
    private partial void LogWait(string partition, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition}: {Why}. It moves when these approve: {Roles} (banyan approve {Partition} {Arguments})")]
    private partial void LogAsk(string partition, string why, string roles, string arguments);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition}: {What}")]
    private partial void LogShed(string partition, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition}, epoch {Epoch}: {Step}")]
    private partial void LogStep(string partition, int epoch, string step);
}
