using System.Collections.Immutable;
using System.Globalization;
using Banyan.Cells.Partitions;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Banyan.Engines.Evm.Signing;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Chain.Approving;

/// <summary>
/// Carries what organisations approved on the chain to those who decide: where a partition whose region asks for that is held by nobody, it looks
/// for an approved request, carries it out on the chain, once, and enters the approvals into the consensus store, where the standby's keeper waits for them.
/// </summary>
internal sealed partial class MoveCourier(PlatformState platform, string me, DataFolder data, MoveApprovals approvals, IConsensusStore store, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2), AnxiousLook = TimeSpan.FromMilliseconds(500);

    /// <summary>Partitions that wait for approvals on the chain. Pure.</summary>
    public static IReadOnlyList<(string Partition, PartitionRecord Record, IReadOnlyList<string> Roles)> Waiting(PlatformState platform, IReadOnlyDictionary<string, StoredValue> values)
    {
        var waiting = new List<(string, PartitionRecord, IReadOnlyList<string>)>();
        foreach (var partition in platform.Partitions)
        {
            if (values.ContainsKey(PartitionKeys.Lease(partition.Name)) || !values.TryGetValue(PartitionKeys.Record(partition.Name), out var read))
                continue;
            var record = PartitionRecord.Parse(read.Value);
            if (platform.FindRegion(record.Primary)?.Failover is not { OnChain: true } policy)
                continue;
            var missing = policy.Approvals.Where(r => !values.ContainsKey(MoveKeys.Approval(partition.Name, record.Epoch, r))).ToList();
            if (missing.Count > 0)
                waiting.Add((partition.Name, record, missing));
        }

        return waiting;
    }

    /// <summary>Runs until told to stop.</summary>
    public async Task RunAsync(Func<ImmutableSortedDictionary<string, StoredValue>> heard, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var values = heard();
                var waiting = Waiting(platform, values);
                if (waiting.Count > 0 && NoticePlan.IsMine(platform, me, null, values))
                {
                    foreach (var (partition, record, roles) in waiting)
                        await CarryAsync(partition, record, roles, stop);
                }

                await Task.Delay(waiting.Count > 0 ? AnxiousLook : Look, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The keeper ends; the next looks for itself.
        }
    }

    private async Task CarryAsync(string partition, PartitionRecord record, IReadOnlyList<string> roles, CancellationToken stop)
    {
        var (request, problem) = await approvals.FindAsync(partition, record.Epoch, stop);
        if (request is { State: MoveRequestState.Approved })
        {
            using PrivateKeySigner key = ChainKeys.Keeper(data, me);
            problem = await approvals.ExecuteAsync(request, key, stop);
            // Another keeper may have been faster: what counts is what is there now.
            (request, var unread) = await approvals.FindAsync(partition, record.Epoch, stop);
            problem = request is { State: MoveRequestState.Executed } ? null : problem ?? unread;
        }

        if (problem is not null)
            LogAway(partition, problem);
        if (request is not { State: MoveRequestState.Executed, ExecutedAt: { } executed })
            return;
        var by = string.Create(CultureInfo.InvariantCulture, $"chain: request {request.Id}, {request.Approvals} of {platform.Chain!.Accounts.Count} organisations, {(executed - request.RequestedAt).TotalSeconds:0} s from request to execution");
        try
        {
            await store.CommitAsync([], [.. roles.Select(r => new StoreWrite(MoveKeys.Approval(partition, record.Epoch, r), by))], stop);
            LogCarried(partition, record.Epoch, by);
        }
        catch (ConsensusUnavailableException e)
        {
            LogAway(partition, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The approvals of {Partition} can't be had from the chain, and are looked for again: {Problem}")]
    private partial void LogAway(string partition, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition} may leave epoch {Epoch} ({By})")]
    private partial void LogCarried(string partition, int epoch, string by);
}
