using System.Runtime.CompilerServices;
using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Events;

/// <summary>
/// Follows the events of contracts by asking: each exactly once and in order for whoever stores the cursor with what the events did; told as removed
/// where their block is reorganised away; none is missed where a node lags, limits ranges, or is another one next time. One step at a time.
/// </summary>
/// <remarks>
/// Blocks near the head are read one by one by their hash: an answer is of exactly that block, and blocks are chained to one another by their parents'
/// hashes. What is farther away than can be remembered is read in ranges.
/// </remarks>
public sealed class EventFollower
{
    private const int MaxBlocksAtOnce = 32;
    private readonly EvmClient _client;
    private readonly EventOptions _options;
    private int _range;
    private int _skip;

    /// <summary>A follower.</summary>
    /// <exception cref="ArgumentException">The options can't be.</exception>
    public EventFollower(EvmClient client, EventOptions options)
    {
        if (options.Confirmations < 1 || options.Remember < 1 || options.MaxRange < 1 || options.PollEvery <= TimeSpan.Zero)
            throw new ArgumentException("Confirmations, Remember and MaxRange are at least 1, and PollEvery is more than nothing", nameof(options));
        _client = client;
        _options = options;
        _range = options.MaxRange;
    }

    /// <summary>
    /// Reads on for ever. Errors are told and tried again, but <see cref="EvmFailure.TooDeep"/>, which ends it: then nobody knows which of the events that
    /// were told still are, and whoever has done something by them must begin anew.
    /// </summary>
    public async IAsyncEnumerable<EvmResult<EventBatch>> FollowAsync(EventCursor cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var step = await ReadAsync(cursor, cancellationToken);
            if (step is { Ok: true, Value: { } batch })
            {
                cursor = batch.Cursor;
                yield return batch;
                continue;
            }

            if (!step.Ok)
            {
                yield return step.Error;
                if (step.Error.Failure == EvmFailure.TooDeep)
                    yield break;
            }

            await Task.Delay(_options.PollEvery, _client.Time, cancellationToken);
        }
    }

    /// <summary>One step: what comes next after a cursor; null where nothing is new.</summary>
    public async Task<EvmResult<EventBatch?>> ReadAsync(EventCursor cursor, CancellationToken cancellationToken)
    {
        var tip = cursor.Seen.Count > 0 ? cursor.Seen[^1] : null;
        var (headCall, tipCall) = (BlockCall(BlockTag.Latest), tip is null ? null : BlockCall(BlockTag.Number(tip.Number)));
        await _client.AskTogetherAsync(tipCall is null ? [headCall] : [headCall, tipCall], _skip, cancellationToken);
        var head = await headCall.Outcome;
        if (!head.Ok)
            return Elsewhere(head.Error);
        if (head.Value is null)
            return Elsewhere(Nonsense("no newest block"));
        var height = head.Value.Number;
        if (tipCall is not null)
        {
            var now = await tipCall.Outcome;
            if (!now.Ok)
                return Elsewhere(now.Error);
            if (now.Value?.Hash != tip!.Hash)
                return await RollBackAsync(cursor, tip, height, cancellationToken);
        }

        var lacking = (ulong)_options.Confirmations - 1;
        if (height < lacking || cursor.Next > height - lacking)
            return (EventBatch?)null;
        var last = height - lacking;
        return cursor.Next + (ulong)_options.Remember <= height
            ? await ReadRangeAsync(cursor, tip, height, Math.Min(last, height - (ulong)_options.Remember), cancellationToken)
            : await ReadBlocksAsync(cursor, tip, height, Math.Min(last, cursor.Next + MaxBlocksAtOnce - 1), cancellationToken);
    }

    /// <summary>The newest block that was read is not there: finds the newest that is.</summary>
    private async Task<EvmResult<EventBatch?>> RollBackAsync(EventCursor cursor, SeenBlock tip, ulong height, CancellationToken cancellationToken)
    {
        // A shorter chain is a node that lags, or one whose reorganisation is not over: what it has is asked once it is as high.
        if (height < tip.Number)
        {
            _skip++;
            return (EventBatch?)null;
        }

        var calls = cursor.Seen.Select(b => BlockCall(BlockTag.Number(b.Number))).ToArray();
        await _client.AskTogetherAsync(calls, _skip, cancellationToken);
        var kept = -1;
        for (var i = 0; i < calls.Length; i++)
        {
            var block = await calls[i].Outcome;
            if (!block.Ok)
                return Elsewhere(block.Error);
            if (block.Value?.Hash == cursor.Seen[i].Hash)
                kept = i;
        }

        if (kept < 0 && cursor.Seen[0].Number != cursor.Start)
        {
            return new EvmError(EvmFailure.TooDeep, $"none of the {cursor.Seen.Count} newest blocks that were read, {cursor.Seen[0].Number} to {tip.Number}, is on the chain any more: it was reorganised more deeply than is remembered, or begun anew");
        }

        SeenBlock[] gone = [.. cursor.Seen.Skip(kept + 1)];
        return new EventBatch([.. gone.SelectMany(static b => b.Logs).Reverse()], [], cursor with { Next = gone[0].Number, Seen = [.. cursor.Seen.Take(kept + 1)] }, height);
    }

    /// <summary>Blocks that are too far away to be remembered, many at once.</summary>
    private async Task<EvmResult<EventBatch?>> ReadRangeAsync(EventCursor cursor, SeenBlock? tip, ulong height, ulong last, CancellationToken cancellationToken)
    {
        var to = Math.Min(last, cursor.Next + (ulong)_range - 1);
        // The last block before and after: what lies between in the answers is of one chain.
        var (first, before, after) = (BlockCall(BlockTag.Number(cursor.Next)), BlockCall(BlockTag.Number(to)), BlockCall(BlockTag.Number(to)));
        var logs = new RpcCall<List<EvmLog>>("eth_getLogs", w => _options.Filter.Write(w, cursor.Next, to), RpcValues.Logs);
        await _client.AskTogetherAsync([first, before, logs, after], _skip, cancellationToken);
        var found = await logs.Outcome;
        if (!found.Ok)
        {
            if (found.Error.Failure != EvmFailure.Refused || !RpcErrors.IsRangeTooLarge(found.Error) || _range == 1)
                return Elsewhere(found.Error);
            _range = Math.Max(1, _range / 2);
            return await ReadRangeAsync(cursor, tip, height, last, cancellationToken);
        }

        var (start, one, two) = (await first.Outcome, await before.Outcome, await after.Outcome);
        if (!start.Ok || !one.Ok || !two.Ok)
            return Elsewhere(start.Error ?? one.Error ?? two.Error!);
        if (start.Value is null || one.Value is null || one.Value.Hash != two.Value?.Hash || !Follows(tip, start.Value))
            return (EventBatch?)null; // it changes at this moment: seen again at the next step
        if (LogRules.Refuse(found.Value, _options.Filter, cursor.Next, to) is { } problem)
            return Elsewhere(Nonsense(problem));
        _range = Math.Min(_options.MaxRange, _range + Math.Max(1, _range / 8));
        return new EventBatch([], found.Value, cursor with { Next = to + 1, Seen = [new SeenBlock(to, one.Value.Hash, [])] }, height);
    }

    /// <summary>Blocks near the head, each by its hash.</summary>
    private async Task<EvmResult<EventBatch?>> ReadBlocksAsync(EventCursor cursor, SeenBlock? tip, ulong height, ulong to, CancellationToken cancellationToken)
    {
        var headers = Enumerable.Range(0, (int)(to - cursor.Next + 1)).Select(i => BlockCall(BlockTag.Number(cursor.Next + (ulong)i))).ToArray();
        await _client.AskTogetherAsync(headers, _skip, cancellationToken);
        var blocks = new List<EvmBlock>();
        foreach (var header in headers)
        {
            var block = await header.Outcome;
            if (!block.Ok)
                return Elsewhere(block.Error);
            var previous = blocks.Count == 0 ? tip : new SeenBlock(blocks[^1].Number, blocks[^1].Hash, []);
            if (block.Value is null || block.Value.Number != cursor.Next + (ulong)blocks.Count || !Follows(previous, block.Value))
                return (EventBatch?)null;
            blocks.Add(block.Value);
        }

        var calls = blocks.Select(b => new RpcCall<List<EvmLog>>("eth_getLogs", w => _options.Filter.Write(w, b.Hash), RpcValues.Logs)).ToArray();
        await _client.AskTogetherAsync(calls, _skip, cancellationToken);
        var (added, seen) = (new List<EvmLog>(), new List<SeenBlock>(cursor.Seen));
        for (var i = 0; i < calls.Length; i++)
        {
            var logs = await calls[i].Outcome;
            if (!logs.Ok)
                return Elsewhere(logs.Error);
            if (LogRules.Refuse(logs.Value, _options.Filter, blocks[i].Number, blocks[i].Number) is { } problem || logs.Value.Exists(l => l.BlockHash != blocks[i].Hash))
                return Elsewhere(Nonsense("logs of another block than was asked for"));
            added.AddRange(logs.Value);
            seen.Add(new(blocks[i].Number, blocks[i].Hash, logs.Value));
        }

        if (seen.Count > _options.Remember)
            seen.RemoveRange(0, seen.Count - _options.Remember);
        return new EventBatch([], added, cursor with { Next = to + 1, Seen = seen }, height);
    }

    private static bool Follows(SeenBlock? previous, EvmBlock block) => previous is null || previous.Number + 1 != block.Number || block.ParentHash == previous.Hash;

    /// <summary>An error; the next step asks another endpoint, where there is one.</summary>
    private EvmError Elsewhere(EvmError error)
    {
        _skip++;
        return error;
    }

    private static EvmError Nonsense(string problem) => RpcErrors.Nonsense("a node", "eth_getLogs", problem);

    private static RpcCall<EvmBlock?> BlockCall(BlockTag tag) => new("eth_getBlockByNumber", w =>
    {
        tag.Write(w);
        w.WriteBooleanValue(false);
    }, RpcValues.NullableBlock);
}
