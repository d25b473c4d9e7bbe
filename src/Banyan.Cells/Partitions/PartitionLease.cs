using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Partitions;

/// <summary>
/// A partition's lease in one epoch, held by this process: renewed on a thread of its own, so that work that waits for the
/// thread pool does not hold its timing up. <see cref="Holds"/> is for the hot path. Thread-safe.
/// </summary>
internal sealed partial class PartitionLease
{
    private readonly IConsensusStore _store;
    private readonly string _partition;
    private readonly long _lease;
    private readonly LeaseTerms _terms;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly object _gate = new(); // also what the thread waits on
    private readonly TaskCompletionSource<LeaseEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaseState _state;
    private long _until; // Ticks of the holder's clock; read without the lock.
    private bool _unanswered;

    private PartitionLease(IConsensusStore store, string partition, int epoch, long lease, LeaseTerms terms, LeaseState state, TimeProvider clock, ILogger log)
    {
        (_store, _partition, Epoch, _lease, _terms, _clock, _log, _state) = (store, partition, epoch, lease, terms, clock, log, state);
        _until = state.HoldsUntil.Ticks;
        new Thread(Renew) { IsBackground = true, Name = $"lease of {partition}" }.Start();
    }

    /// <summary>The epoch that it is held in.</summary>
    public int Epoch { get; }

    /// <summary>True while this process may serve the partition: a volatile read and a look at the clock.</summary>
    public bool Holds => _clock.GetElapsedTime(0).Ticks < Volatile.Read(ref _until);

    /// <summary>For how long it holds if it is not renewed; zero or less where it does not.</summary>
    public TimeSpan Remaining => Volatile.Read(ref _until) is var until && until == TimeSpan.MinValue.Ticks ? TimeSpan.Zero : TimeSpan.FromTicks(until) - _clock.GetElapsedTime(0);

    /// <summary>Completes when it is over for good.</summary>
    public Task<LeaseEnd> Ended => _ended.Task;

    /// <summary>
    /// Takes the lease, where nobody holds it: the commit compares with the record that names our region, and with the hold.
    /// The hold of an older process of our own region is replaced: it is dead, or could not have left us its port.
    /// </summary>
    /// <returns>The lease, or null where another holds it or the record has changed: look again.</returns>
    /// <exception cref="ConsensusUnavailableException">The store gave no answer; a hold that it may have made vanishes by itself.</exception>
    public static async Task<PartitionLease?> AcquireAsync(
        IConsensusStore store, string partition, PartitionHold hold, long recordRevision, LeaseTerms terms, TimeProvider clock, ILogger log, CancellationToken cancellationToken)
    {
        var key = PartitionKeys.Lease(partition);
        var sentAt = clock.GetElapsedTime(0);
        var lease = await store.GrantAsync(terms.TimeToLive, cancellationToken);
        terms = terms with { TimeToLive = lease.TimeToLive };
        if (await TakeAsync(0))
            return new PartitionLease(store, partition, hold.Epoch, lease.Id, terms, LeaseState.Granted(terms, sentAt), clock, log);
        if (await store.GetAsync(key, cancellationToken) is { } other && PartitionHold.Parse(other.Value).Region == hold.Region)
        {
            if (await TakeAsync(other.Revision))
            {
                if (other.Lease is { } older)
                    await store.RevokeAsync(older, cancellationToken);
                return new PartitionLease(store, partition, hold.Epoch, lease.Id, terms, LeaseState.Granted(terms, sentAt), clock, log);
            }
        }

        await store.RevokeAsync(lease.Id, cancellationToken);
        return null;

        async Task<bool> TakeAsync(long revision) => (await store.CommitAsync(
            [new StoreCondition(PartitionKeys.Record(partition), recordRevision), new StoreCondition(key, revision)], [new StoreWrite(key, hold.ToJson(), lease.Id)], cancellationToken)).Made;
    }

    /// <summary>Ends it here and now, without telling the store: nothing is acknowledged from this instant on.</summary>
    public void Cut(LeaseEnd why)
    {
        lock (_gate)
            Set(_state.Ended(why));
    }

    /// <summary>Gives it up, after the last acknowledgement: nothing is acknowledged any more, and the store is told.</summary>
    /// <returns>False where the store did not answer: it runs out by itself then.</returns>
    public async Task<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        Cut(LeaseEnd.Released);
        try
        {
            await _store.RevokeAsync(_lease, cancellationToken);
            return true;
        }
        catch (ConsensusUnavailableException e)
        {
            LogNotReleased(_partition, e.Message);
            return false;
        }
    }

    private void Renew()
    {
        while (true)
        {
            LeaseState state;
            lock (_gate)
                state = _state;
            var now = _clock.GetElapsedTime(0);
            switch (state.StepAt(now))
            {
                case LeaseStep.Stop:
                    return;
                case LeaseStep.GiveUp:
                    Cut(LeaseEnd.RanOut);
                    return;
                case LeaseStep.Wait:
                    // Never long: were the process suspended meanwhile, this wait goes by another clock.
                    lock (_gate)
                    {
                        if (_state.End is null)
                            Monitor.Wait(_gate, Min(state.RenewAt < state.GiveUpAt ? state.RenewAt - now : state.GiveUpAt - now, _terms.RenewEvery));
                    }

                    break;
                default:
                    var answer = Ask();
                    lock (_gate)
                        Set(_state.After(_terms, now, answer, _clock.GetElapsedTime(0)));
                    break;
            }
        }
    }

    /// <summary>Renews, and looks whether the key is ours still: who raises the epoch deletes the key, not the lease.</summary>
    private RenewalAnswer Ask()
    {
        using var limit = new CancellationTokenSource();
        try
        {
            var renewal = _store.RenewAsync(_lease, limit.Token);
            var key = _store.GetAsync(PartitionKeys.Lease(_partition), limit.Token);
            var both = Task.WhenAll(renewal, key);
            if (Task.WaitAny([both], _terms.AnswerWithin) < 0)
            {
                limit.Cancel();
                _ = both.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // seen
                return Unanswered("no answer in time");
            }

            both.GetAwaiter().GetResult();
            _unanswered = false;
            return renewal.Result && key.Result?.Lease == _lease ? RenewalAnswer.Renewed : RenewalAnswer.Gone;
        }
#pragma warning disable CA1031 // whatever it is, the lease is not renewed by it, and runs out if it stays
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Unanswered(e.Message);
        }
    }

    private RenewalAnswer Unanswered(string why)
    {
        if (!_unanswered)
            LogUnanswered(_partition, why);
        _unanswered = true;
        return RenewalAnswer.Unanswered;
    }

    private void Set(LeaseState state)
    {
        _state = state;
        Volatile.Write(ref _until, state.HoldsUntil.Ticks);
        if (state.End is not { } end)
            return;
        Monitor.PulseAll(_gate);
        _ended.TrySetResult(end);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < TimeSpan.Zero ? TimeSpan.Zero : a < b ? a : b;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Partition} could not be renewed; it is tried again: {Why}")]
    private partial void LogUnanswered(string partition, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Partition} could not be given back, and runs out by itself: {Why}")]
    private partial void LogNotReleased(string partition, string why);
}
