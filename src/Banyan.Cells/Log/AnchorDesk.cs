using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Cells.Log;

/// <summary>
/// Asks the chain for a log's anchors on behalf of whoever asks the cell: a few questions at a time, each answer kept for a moment, and
/// the same question asked once. Nothing else of the cell waits for it. Thread-safe.
/// </summary>
internal sealed class AnchorDesk(CellContext cell, CellLogOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Anchors on a page.</summary>
    public const int MostOnAPage = 50;

    /// <summary>Anchors that are searched for a root, the newest.</summary>
    public const int MostSearched = 1000;

    private const int MostAtOnce = 4;
    private const int MostKept = 512;

    /// <summary>Kept as long: a fresh anchor is seen soon, a crowd is one question.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    /// <summary>How long one waits for the others' questions and its own.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly string _origin = LogNames.Origin(cell.Platform, cell.Partition);
    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long At, Task<AnchorAnswer> Answer)> _answers = new(StringComparer.Ordinal);

    /// <summary>Whether the log is anchored at all.</summary>
    public bool IsThere => options.Anchors is not null;

    /// <summary>The newest anchors before a number; null: the newest of all.</summary>
    public Task<AnchorAnswer> PageAsync(long? before, int limit) => AskAsync($"page {before} {limit}", async (chain, stop) =>
    {
        var count = await chain.CountAsync(_origin, stop);
        if (!count.Ok || count.Value is not { } all)
            return count.Ok ? await ListAsync(chain, [], stop) : Away(count.Error);
        var end = Math.Min(before ?? all, all);
        var from = Math.Max(0, end - limit);
        var anchors = await chain.ReadAsync(_origin, from, (int)(end - from), stop);
        return anchors.Ok ? await ListAsync(chain, Enumerable.Reverse(anchors.Value), stop, all, from > 0 ? from : null) : Away(anchors.Error);
    });

    /// <summary>The anchor of a size.</summary>
    public Task<AnchorAnswer> OfSizeAsync(long size) => AskAsync($"size {size}", async (chain, stop) => await OneAsync(chain, await chain.OfSizeAsync(_origin, size, stop), stop));

    /// <summary>The first anchor that covers an entry.</summary>
    public Task<AnchorAnswer> CoveringAsync(long entry) => AskAsync($"entry {entry}", async (chain, stop) => await OneAsync(chain, await chain.CoveringAsync(_origin, entry - 1, stop), stop));

    /// <summary>What a transaction anchored of this log.</summary>
    public Task<AnchorAnswer> OfTransactionAsync(EvmHash transaction) => AskAsync($"transaction {transaction}", async (chain, stop) =>
    {
        var found = await chain.OfTransactionAsync(_origin, transaction, stop);
        return found.Ok ? await ListAsync(chain, found.Value ?? [], stop) : Away(found.Error);
    });

    /// <summary>The anchor of a root, among the newest.</summary>
    public Task<AnchorAnswer> OfRootAsync(MerkleHash root) => AskAsync($"root {root}", async (chain, stop) =>
    {
        var count = await chain.CountAsync(_origin, stop);
        if (!count.Ok)
            return Away(count.Error);
        var all = count.Value ?? 0;
        for (var end = all; end > Math.Max(0, all - MostSearched);)
        {
            var from = Math.Max(0, end - AnchorReader.MostTogether);
            var part = await chain.ReadAsync(_origin, from, (int)(end - from), stop);
            if (!part.Ok)
                return Away(part.Error);
            if (part.Value.FirstOrDefault(a => a.Root == root) is { } found)
                return await ListAsync(chain, [found], stop, all);
            end = from;
        }

        return await ListAsync(chain, [], stop, all);
    });

    /// <summary>The evidence of the anchor of a size.</summary>
    public Task<AnchorAnswer> ProveAsync(long size) => AskAsync($"evidence {size}", async (chain, stop) =>
    {
        var anchor = await chain.OfSizeAsync(_origin, size, stop);
        if (!anchor.Ok)
            return Away(anchor.Error);
        if (anchor.Value is null)
            return AnchorAnswer.Refused(404, "anchor-unknown", "No such anchor", $"The chain has no anchor of {size} entries of this log.");
        var evidence = await chain.ProveAsync(_origin, anchor.Value, stop);
        return evidence.Ok ? AnchorAnswer.Of(JsonSerializer.SerializeToUtf8Bytes(AnchorEvidenceJson.Of(evidence.Value), AnchorJson.Default.AnchorEvidenceJson)) : Away(evidence.Error);
    });

    public void Dispose() => _places.Dispose();

    private Task<AnchorAnswer> AskAsync(string question, Func<AnchorReader, CancellationToken, Task<AnchorAnswer>> ask)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_answers.TryGetValue(question, out var known) && (!known.Answer.IsCompleted || time.GetElapsedTime(known.At, now) < Kept))
                return known.Answer;
            if (_answers.Count >= MostKept)
            {
                foreach (var old in _answers.Where(a => a.Value.Answer.IsCompleted && time.GetElapsedTime(a.Value.At, now) >= Kept).Select(static a => a.Key).ToList())
                    _answers.Remove(old);
            }

            if (_answers.Count >= MostKept)
                return Task.FromResult(Busy);
            var answer = Task.Run(() => DoAsync(ask), CancellationToken.None);
            _answers[question] = (now, answer);
            return answer;
        }
    }

    private async Task<AnchorAnswer> DoAsync(Func<AnchorReader, CancellationToken, Task<AnchorAnswer>> ask)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await _places.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return Busy;
        }

        try
        {
            return await ask(options.Anchors!.Value, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return Away(new EvmError(EvmFailure.Unreachable, $"it gave no answer in {Patience.TotalSeconds:0} s"));
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<AnchorAnswer> OneAsync(AnchorReader chain, EvmResult<LogAnchor?> found, CancellationToken stop) =>
        found.Ok ? await ListAsync(chain, found.Value is null ? [] : [found.Value], stop) : Away(found.Error);

    private async Task<AnchorAnswer> ListAsync(AnchorReader chain, IEnumerable<LogAnchor> anchors, CancellationToken stop, long? count = null, long? next = null)
    {
        var counted = count is { } known ? known : await chain.CountAsync(_origin, stop);
        if (!counted.Ok)
            return Away(counted.Error);
        var items = new List<AnchorItemJson>();
        foreach (var (anchor, asked) in anchors.Select(a => (a, chain.EventAsync(_origin, a, stop))).ToList())
        {
            var told = await asked;
            if (!told.Ok)
                return Away(told.Error);
            items.Add(new AnchorItemJson(anchor.Size, anchor.Root.ToString(), anchor.Block, told.Value.BlockHash.ToString(), told.Value.TransactionHash.ToString(), anchor.At));
        }

        var list = new AnchorListJson(_origin, chain.Contract.Chain, chain.Contract.Contract, counted.Value ?? 0, items, next);
        return AnchorAnswer.Of(JsonSerializer.SerializeToUtf8Bytes(list, AnchorListContext.Default.AnchorListJson));
    }

    private static AnchorAnswer Busy { get; } = AnchorAnswer.Refused(503, "chain-away", "The chain gives no answer", "Too much is asked about anchors at once: ask again in a moment.");

    /// <summary>Where a node is, is nobody's business.</summary>
    private static AnchorAnswer Away(EvmError error) => AnchorAnswer.Refused(503, "chain-away", "The chain gives no answer", error.Failure switch
    {
        EvmFailure.Nonsense => "The chain's node answers what can't be, and is not believed. Proofs by checkpoints are served as ever.",
        EvmFailure.OtherChain => "The node that answers is of another chain. Proofs by checkpoints are served as ever.",
        _ => "The chain's node does not answer. Proofs by checkpoints are served as ever; what is not anchored yet is anchored when it is back.",
    });
}
