namespace Banyan.Engines.Evm.Rpc;

/// <summary>
/// Blocks and their receipts as several senders of one client look at them at about the same time: each is asked for once, and kept for a moment.
/// Thread-safe.
/// </summary>
internal sealed class SharedBlocks(EvmClient client)
{
    private const int MaxBlocks = 64;
    private const int MaxReceipts = 4;
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);

    /// <summary>How long a node that refused to give a block's receipts is not asked for them.</summary>
    private static readonly TimeSpan RestAfterRefusal = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Asked<EvmBlock?>> _blocks = [];
    private readonly Dictionary<EvmHash, Asked<BlockReceipts?>> _receipts = [];
    private long? _refusedAt;

    /// <summary>The block that the chain has at a height; null where it has none.</summary>
    /// <param name="number">The height.</param>
    /// <param name="within">How old an answer may be that somebody else was given: a reorganisation since then is not seen.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public Task<EvmResult<EvmBlock?>> BlockAsync(ulong number, TimeSpan within, CancellationToken cancellationToken) =>
        OnceAsync(_blocks, number, MaxBlocks, within, () => client.GetBlockAsync(number, CancellationToken.None), cancellationToken);

    /// <summary>
    /// The receipts of a block; null where the node does not give them, or the chain has another block there by now: then each transaction is asked for.
    /// </summary>
    /// <param name="number">Its height.</param>
    /// <param name="block">Its hash.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public async Task<EvmResult<BlockReceipts?>> ReceiptsAsync(ulong number, EvmHash block, CancellationToken cancellationToken) =>
        Rests() ? (BlockReceipts?)null : await OnceAsync(_receipts, block, MaxReceipts, Keep, () => AskAsync(number, block), cancellationToken);

    private async Task<EvmResult<BlockReceipts?>> AskAsync(ulong number, EvmHash block)
    {
        var answer = await client.GetBlockReceiptsAsync(number, CancellationToken.None);
        if (answer is { Ok: false, Error.Failure: EvmFailure.Refused or EvmFailure.Nonsense })
        {
            lock (_lock)
                _refusedAt = client.Time.GetTimestamp();
            return (BlockReceipts?)null;
        }

        if (!answer.Ok)
            return answer.Error;
        if (answer.Value is not { } receipts || receipts.Exists(r => r.BlockHash != block))
            return (BlockReceipts?)null;
        var byTransaction = new Dictionary<EvmHash, EvmReceipt>(receipts.Count);
        foreach (var receipt in receipts)
            byTransaction[receipt.TransactionHash] = receipt;
        return new BlockReceipts(block, byTransaction);
    }

    private bool Rests()
    {
        lock (_lock)
            return _refusedAt is { } at && client.Time.GetElapsedTime(at) < RestAfterRefusal;
    }

    /// <summary>What was asked for within a time, or is being asked for; else it is asked for now. What came to nothing is not kept.</summary>
    private async Task<EvmResult<T?>> OnceAsync<TKey, T>(Dictionary<TKey, Asked<T?>> kept, TKey key, int most, TimeSpan within, Func<Task<EvmResult<T?>>> ask, CancellationToken cancellationToken)
        where TKey : notnull
        where T : class
    {
        Asked<T?>? asked;
        lock (_lock)
        {
            var now = client.Time.GetTimestamp();
            if (!kept.TryGetValue(key, out asked) || client.Time.GetElapsedTime(asked.At, now) > within)
            {
                foreach (var old in kept.Where(k => client.Time.GetElapsedTime(k.Value.At, now) > Keep).Select(static k => k.Key).ToArray())
                    kept.Remove(old);
                while (kept.Count >= most)
                    kept.Remove(kept.MinBy(static k => k.Value.At).Key);
                kept[key] = asked = new(now, ask());
            }
        }

        var outcome = await asked.Answer.WaitAsync(cancellationToken);
        if (outcome is not { Ok: true, Value: not null })
        {
            lock (_lock)
            {
                if (kept.TryGetValue(key, out var same) && same == asked)
                    kept.Remove(key);
            }
        }

        return outcome;
    }

    private sealed record Asked<T>(long At, Task<EvmResult<T>> Answer);
}
