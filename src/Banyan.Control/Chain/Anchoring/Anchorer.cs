using System.Globalization;
using Banyan.Journal.Log.Merkle;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>Looks, decides and anchors, a round at a time. One owner calls it; a round never throws for a chain or a log that is away.</summary>
/// <param name="me">The region whose keeper this is.</param>
/// <param name="partitions">The logs.</param>
/// <param name="policy">What the blueprint asks for.</param>
/// <param name="ledger">The chain.</param>
/// <param name="source">The logs' checkpoints.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told what somebody should know.</param>
internal sealed partial class Anchorer(string me, IReadOnlyList<string> partitions, AnchoringPolicy policy, IAnchorLedger ledger, ICheckpointSource source, TimeProvider time, ILogger log)
{
    private readonly Dictionary<string, Attempts> _attempts = partitions.ToDictionary(static p => p, static _ => new Attempts(null, 0, null), StringComparer.Ordinal);
    private string? _problem;

    /// <summary>One round.</summary>
    /// <param name="last">What was remembered, by whoever anchored before; null where nothing was.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is to be remembered.</returns>
    public async Task<ChainStatus> RoundAsync(ChainStatus? last, CancellationToken cancellationToken)
    {
        var heads = await Task.WhenAll(partitions.Select(p => source.NewestAsync(p, cancellationToken)));
        var chain = await ledger.LookAsync(partitions, cancellationToken);
        var decisions = Decide(heads, chain, last);
        if (chain is { Problem: null, Deployed: false })
        {
            // What the chain has forgotten is noted before anything new is put there.
            last = StatusOf(heads, chain, decisions);
            if (await ledger.DeployAsync(cancellationToken) is { } refused)
                return StatusOf(heads, chain with { Problem = $"the contracts can't be deployed: {refused}" }, decisions);
            chain = await ledger.LookAsync(partitions, cancellationToken);
            decisions = Decide(heads, chain, last);
        }

        if (decisions.Exists(static d => d.Anchor is not null))
        {
            await Task.WhenAll(decisions.Select((d, i) => d.Anchor is { } head ? AnchorAsync(partitions[i], head, cancellationToken) : Task.CompletedTask));
            last = StatusOf(heads, chain, decisions);
            chain = await ledger.LookAsync(partitions, cancellationToken);
            decisions = Decide(heads, chain, last);
        }

        if (chain.Problem != _problem && chain.Problem is not null)
            LogChain(chain.Problem);
        else if (chain.Problem != _problem)
            LogChainBack(chain.Height);
        _problem = chain.Problem;
        return StatusOf(heads, chain, decisions);
    }

    private List<AnchorDecision> Decide(HeadSight[] heads, ChainSight chain, ChainStatus? last)
    {
        var decisions = new List<AnchorDecision>(partitions.Count);
        for (var i = 0; i < partitions.Count; i++)
        {
            var before = last?.Logs.FirstOrDefault(l => l.Partition == partitions[i]);
            var tried = _attempts[partitions[i]];
            var decision = AnchoringPlan.Decide(
                new LogFacts
                {
                    Partition = partitions[i], Head = heads[i].Head, HeadProblem = heads[i].Problem, Record = RecordOf(before), BehindSince = before?.BehindSince,
                    TriedAt = tried.At, Failures = tried.Failures, Failure = tried.Failure,
                },
                chain, policy, time.GetUtcNow());
            if (decision.Lost is not null)
                LogLost(decision.Lost);
            if (decision.State is AnchorState.Fork or AnchorState.LogBehind && before?.State != Word(decision.State))
                LogContradiction(partitions[i], decision.Detail!);
            decisions.Add(decision);
        }

        return decisions;
    }

    private async Task AnchorAsync(string partition, LogHead head, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var failure = await ledger.AnchorAsync(partition, head, cancellationToken);
        var before = _attempts[partition];
        _attempts[partition] = new Attempts(at, failure is null ? 0 : before.Failures + 1, failure);
        if (failure is not null && failure != before.Failure)
            LogFailed(partition, head.Size, failure);
    }

    private ChainStatus StatusOf(HeadSight[] heads, ChainSight chain, List<AnchorDecision> decisions) => new()
    {
        By = me,
        At = time.GetUtcNow(),
        Height = chain.Problem is null ? chain.Height : null,
        Problem = chain.Problem,
        Paused = chain.Paused,
        Logs = [.. decisions.Select((d, i) => new LogAnchorStatus
        {
            Partition = partitions[i],
            State = Word(d.State),
            Size = heads[i].Head?.Size,
            Anchored = d.Record?.Size,
            Root = d.Record?.Root.ToString(),
            Block = d.Record?.Block,
            Confirmed = d.Record?.Confirmed ?? false,
            BehindSince = d.BehindSince,
            Detail = d.Detail,
        })],
    };

    private static AnchorRecord? RecordOf(LogAnchorStatus? status) =>
        status is { Anchored: { } size, Block: { } block } && MerkleHash.TryParse(status.Root, out var root) ? new AnchorRecord(size, root, block, status.Confirmed) : null;

    private static string Word(AnchorState state) => state switch
    {
        AnchorState.NoCheckpoint => "no-checkpoint",
        AnchorState.LogBehind => "log-behind",
        _ => state.ToString().ToLower(CultureInfo.InvariantCulture),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lost}")]
    private partial void LogLost(string lost);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The log of {Partition} and its anchor contradict each other: {Detail}. Nothing more of it is anchored until somebody has looked (docs/chain.md)")]
    private partial void LogContradiction(string partition, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint of {Partition} at {Size} entries could not be anchored, and is tried again: {Problem}")]
    private partial void LogFailed(string partition, long size, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Checkpoints wait to be anchored: {Problem}")]
    private partial void LogChain(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "The chain answers, at block {Height}")]
    private partial void LogChainBack(long height);

    /// <summary>What this process has tried for a log.</summary>
    private sealed record Attempts(DateTimeOffset? At, int Failures, string? Failure);
}
