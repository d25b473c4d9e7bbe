using System.Collections.Immutable;
using Banyan.Control.Chain.Approving;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Banyan.Engines.Evm.Rpc;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>A keeper's part in anchoring: while it is the first that lives, it anchors; nothing that decides or moves ever waits for it.</summary>
internal sealed partial class ChainKeeper(PlatformState platform, string me, IConsensusStore store, Anchorer anchorer, TimeProvider time, ILogger log)
{
    /// <summary>How often the height is written down where nothing else changes.</summary>
    private static readonly TimeSpan Written = TimeSpan.FromMinutes(1);

    /// <summary>How long a node may take for an answer.</summary>
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _every = TimeSpan.FromSeconds(platform.Chain!.EverySeconds);

    /// <summary>Anchors for a platform, where it has a chain, until told to stop.</summary>
    public static async Task RunAsync(PlatformState platform, string me, DataFolder data, IConsensusStore store, Func<ImmutableSortedDictionary<string, StoredValue>> heard, TimeProvider time, ILogger log, CancellationToken stop)
    {
        if (platform.Chain is not { Contracts: not null } chain)
            return;
        var client = new EvmClient(new EvmClientOptions { Endpoints = [.. chain.Nodes.Select(static n => new EvmEndpoint(n))], ChainId = (ulong)chain.Id, Timeout = NodePatience }, time);
        await using var ledger = new ChainLedger(platform, me, data, client, time);
        using var source = new CheckpointSource(platform, heard);
        var policy = new AnchoringPolicy(TimeSpan.FromSeconds(chain.EverySeconds), chain.Confirmations);
        var anchorer = new Anchorer(me, [.. platform.Partitions.Select(static p => p.Name)], policy, ledger, source, time, log);
        await using var approvals = MoveApprovals.Connect(platform, data, time)!;
        await Task.WhenAll(
            new ChainKeeper(platform, me, store, anchorer, time, log).RunAsync(heard, stop),
            platform.Regions.Any(static r => r.Failover.OnChain) ? new MoveCourier(platform, me, data, approvals, store, time, log).RunAsync(heard, stop) : Task.CompletedTask);
    }

    /// <summary>Runs until told to stop.</summary>
    /// <param name="heard">What is in the consensus store, as last heard.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Func<ImmutableSortedDictionary<string, StoredValue>> heard, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var values = heard();
                if (values.Count > 0 && NoticePlan.IsMine(platform, me, null, values))
                    await RoundAsync(values.TryGetValue(ChainStatus.Key, out var value) ? value : null, stop);
                await Task.Delay(_every, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The keeper ends; what was sent is found on the chain by the next.
        }
    }

    private async Task RoundAsync(StoredValue? value, CancellationToken stop)
    {
        var last = value is null ? null : ChainStatus.Parse(value.Value);
        var now = await anchorer.RoundAsync(last, stop);
        if (last is not null && now.SaysTheSame(last) && (now.Height == last.Height || now.At - last.At < Written))
            return;
        try
        {
            // Where another keeper wrote meanwhile, it anchors too for a moment, and has seen the same chain.
            await store.CommitAsync([new StoreCondition(ChainStatus.Key, value?.Revision ?? 0)], [new StoreWrite(ChainStatus.Key, now.ToText())], stop);
        }
        catch (ConsensusUnavailableException e)
        {
            LogUnwritten(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "How anchoring stands can't be written down: {Error}")]
    private partial void LogUnwritten(string error);
}
