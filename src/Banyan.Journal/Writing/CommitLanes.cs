using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>
/// Lets a few transactions commit at a time. A change that finds a lane free goes at once and alone; those that come while
/// all are busy wait for the next to be free, and share a transaction: one commit, one flush, one round trip for all of
/// them. The busier the database, the larger the groups. Thread-safe.
/// </summary>
/// <remarks>
/// Company costs a change nothing but time: where a group fails, the change that failed is done again by itself and gets
/// its own error; the others are done again without it. What takes long leaves its lane to others and goes on beside it.
/// </remarks>
internal sealed class CommitLanes(NpgsqlDataSource source, JournalOptions options, IWriteFence fence, Action signal, JournalMetrics metrics, TimeProvider time)
{
    private const int MaxWeight = 256;
    private const int MaxTries = 3;
    private static readonly TimeSpan LaneTime = TimeSpan.FromMilliseconds(25);

    private readonly SingleCommit _single = new(source, options.Process, fence, signal);
    private readonly GroupCommit _group = new(source, options.Process, fence, signal);
    private readonly Lock _lock = new();
    private readonly Queue<PendingChange> _waiting = new(); // empty whenever a lane is free
    private int _busy;
    private int _size = options.GroupLimit; // shrinks when groups fail, grows when they don't

    public async Task<ChangeOutcome> CommitAsync(Change change, Guid[] receipts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FencedException.ThrowIfNot(fence);
        if (Enter(change, receipts) is { } pending)
            return await pending.WaitAsync(cancellationToken);
        var work = CommitSingleAsync(change, receipts, cancellationToken);
        await HoldLaneAsync(work);
        LeaveLane();
        return await work;
    }

    private PendingChange? Enter(Change change, Guid[] receipts)
    {
        lock (_lock)
        {
            if (_busy < options.CommitLanes)
            {
                _busy++;
                return null;
            }

            var pending = new PendingChange(change, receipts);
            _waiting.Enqueue(pending);
            return pending;
        }
    }

    private async Task HoldLaneAsync(Task work)
    {
        if (!work.IsCompleted)
            await Task.WhenAny(work, Task.Delay(LaneTime, time));
    }

    private void LeaveLane()
    {
        if (TakeGroup() is { } group)
            _ = RunLaneAsync(group); // never throws: each change's caller gets what became of it
    }

    private async Task RunLaneAsync(List<PendingChange> group)
    {
        await Task.Yield(); // the caller before us gets its answer first
        for (List<PendingChange>? next = group; next is not null; next = TakeGroup())
            await HoldLaneAsync(CommitGroupAsync(next));
    }

    /// <summary>The next to share a transaction; null, and the lane is free, where none waits.</summary>
    private List<PendingChange>? TakeGroup()
    {
        lock (_lock)
        {
            var group = new List<PendingChange>();
            var weight = 0;
            while (_waiting.TryPeek(out var next) && (group.Count == 0 || (group.Count < _size && weight + next.Weight <= MaxWeight && !next.Change.OwnTransaction)))
            {
                _waiting.Dequeue();
                if (!next.TryStart())
                    continue;
                group.Add(next);
                weight += next.Weight;
                if (next.Change.OwnTransaction)
                    break;
            }

            if (group.Count > 0)
                return group;
            _busy--;
            return null;
        }
    }

    private async Task CommitGroupAsync(List<PendingChange> group)
    {
        for (var attempt = 1; group.Count > 1; attempt++)
        {
            GroupFailure? failure;
            try
            {
                failure = await _group.RunAsync(group, CancellationToken.None);
            }
#pragma warning disable CA1031 // whatever it is, it is the callers' to see: whether their changes were committed is not known
            catch (Exception e)
#pragma warning restore CA1031
            {
                group.ForEach(p => p.Fail(e));
                return;
            }

            Resize(failure is null);
            if (failure is null)
            {
                Settle(group);
                return;
            }

            if (failure.Culprit is null || attempt == MaxTries)
                break;
            group.Remove(failure.Culprit);
            _ = SettleSingleAsync(failure.Culprit);
        }

        await Task.WhenAll(group.Select(SettleSingleAsync));
    }

    private void Settle(List<PendingChange> group)
    {
        metrics.Grouped(group.Count);
        foreach (var pending in group)
        {
            metrics.Changed(ChangeResult.Committed);
            pending.Settle(new ChangeOutcome(ChangeResult.Committed, pending.Change.Answer, pending.Receipts));
        }
    }

    private async Task SettleSingleAsync(PendingChange pending)
    {
        try
        {
            pending.Settle(await CommitSingleAsync(pending.Change, pending.Receipts, CancellationToken.None));
        }
#pragma warning disable CA1031 // the caller's to see
        catch (Exception e)
#pragma warning restore CA1031
        {
            pending.Fail(e);
        }
    }

    private async Task<ChangeOutcome> CommitSingleAsync(Change change, Guid[] receipts, CancellationToken cancellationToken)
    {
        var outcome = await _single.RunAsync(change, receipts, cancellationToken);
        metrics.Changed(outcome.Result);
        if (outcome.Result == ChangeResult.Committed)
            metrics.Grouped(1);
        return outcome;
    }

    // Where changes contend for the same rows, or many are repeats, sharing does more harm than good for a while.
    private void Resize(bool succeeded)
    {
        lock (_lock)
            _size = succeeded ? Math.Min(options.GroupLimit, _size + 1) : Math.Max(1, _size / 2);
    }
}
