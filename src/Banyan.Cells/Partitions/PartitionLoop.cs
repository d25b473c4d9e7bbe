using Banyan.Cells.Hosting;
using Banyan.Engines.Consensus;
using Banyan.Journal;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Partitions;

/// <summary>
/// The life of one partition in this process: stand by, take the lease when the record names this region and the database
/// is the primary, serve, stand down when the lease ends or the partition moves, and again with a new app.
/// </summary>
internal sealed partial class PartitionLoop(HostedPartition partition, PartitionHostOptions options, PartitionWatch watch, ILogger<PartitionLoop> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Where another holds the lease, or the store does not answer.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a journal that fails is asked whether its database is a primary still.</summary>
    private static readonly TimeSpan RoleLook = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PartitionApp? _next;
    private bool _noLease;

    private string Name => partition.Cell.Context.Partition;

    public bool IsHome => partition.IsHome;

    /// <summary>Completes when the app has served, or stood by, for the first time.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="CellException">The region's own partition could not be served, and never was.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            var began = options.Time.GetTimestamp();
            try
            {
                await using var app = Interlocked.Exchange(ref _next, null) ?? PartitionApp.Build(partition);
                await app.StartAsync(stopping);
                await LiveAsync(app, stopping);
                continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (CellException) when (IsHome && !_settled.Task.IsCompleted)
            {
                throw; // A start that fails is for whoever started the process to know.
            }
#pragma warning disable CA1031 // whatever it is, it is this app's: the others go on, and this one is tried again
            catch (Exception error)
#pragma warning restore CA1031
            {
                pause = options.Time.GetElapsedTime(began) > LongestPause ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                LogFailed(error, Name, (long)pause.TotalMilliseconds, error.Message);
            }

            await Task.Delay(pause, options.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Interlocked.Exchange(ref _next, null) is { } unused)
            await unused.DisposeAsync();
    }

    /// <summary>One app's life. Returns when it has served, and is to be replaced.</summary>
    private async Task LiveAsync(PartitionApp app, CancellationToken stopping)
    {
        while (true)
        {
            var known = await StandByAsync(app, stopping);
            app.Prepare();
            using var mine = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var moved = WaitUntilMovedAsync(known.Record.Epoch, mine.Token);
            try
            {
                if (await TakeAsync(app, known, moved, mine) is not { } lease)
                    continue;
                await ServeAsync(app, lease, new EpochOrigin(options.Store, Name, known.Record), moved, stopping);
                return;
            }
            finally
            {
                await mine.CancelAsync();
                await moved.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Returns the record when it names this region.</summary>
    private async Task<KnownRecord> StandByAsync(PartitionApp app, CancellationToken stopping)
    {
        while (true)
        {
            var changed = watch.Changed;
            if (watch.Find(Name) is not { } known)
            {
                app.Life.WaitFor(watch.IsKnown ? "the partition's record" : "the consensus store");
                if (watch.IsKnown && !await CreateAsync(stopping))
                    changed = Task.WhenAny(changed, Task.Delay(LookAgain, options.Time, stopping));
            }
            else if (known.Record.Primary == options.Region && known.Record.Target is null)
            {
                return known;
            }
            else if (known.Record.Primary == options.Region)
            {
                app.Life.WaitFor($"the switch to {known.Record.Target}");
            }
            else
            {
                app.Life.StandBy(known.Record.Primary);
                _settled.TrySetResult();
                if (known.Record.Target == options.Region)
                    app.Prepare();
            }

            await changed.WaitAsync(stopping);
        }
    }

    private async Task<bool> CreateAsync(CancellationToken stopping)
    {
        try
        {
            var key = PartitionKeys.Record(Name);
            await options.Store.CommitAsync([new StoreCondition(key, 0)], [new StoreWrite(key, (partition.Initial with { Since = options.Time.GetUtcNow() }).ToJson())], stopping);
            return true; // Ours or another's: the watch brings it.
        }
        catch (ConsensusUnavailableException)
        {
            return false; // The watch says so in the log; it is tried again.
        }
    }

    /// <summary>Waits for the database and takes the lease; null where the record has changed meanwhile, or another holds it.</summary>
    private async Task<PartitionLease?> TakeAsync(PartitionApp app, KnownRecord known, Task moved, CancellationTokenSource mine)
    {
        app.Life.WaitFor("the database");
        var promoted = app.Database.WaitForPromotionAsync(mine.Token);
        if (await Task.WhenAny(promoted, moved) == moved)
        {
            await mine.CancelAsync();
            await promoted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }

        await promoted;

        // The newest revision of the record that we were named by: only what is in sync may have changed since.
        if (watch.Find(Name) is not { } newest || newest.Record.Epoch != known.Record.Epoch || newest.Record.Primary != options.Region || newest.Record.Target is not null)
            return null;
        app.Life.WaitForLease();
        try
        {
            var hold = new PartitionHold(known.Record.Epoch, options.Region, options.Holder);
            if (await PartitionLease.AcquireAsync(options.Store, Name, hold, newest.Revision, options.Terms, options.LeaseClock, log, mine.Token) is { } lease)
            {
                _noLease = false;
                return lease;
            }
        }
        catch (ConsensusUnavailableException e)
        {
            if (!_noLease)
                LogNoLease(Name, known.Record.Epoch, e.Message);
            _noLease = true;
        }

        await Task.WhenAny(watch.Changed, Task.Delay(LookAgain, options.Time, mine.Token));
        return null;
    }

    private async Task ServeAsync(PartitionApp app, PartitionLease lease, EpochOrigin origin, Task moved, CancellationToken stopping)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stop = stopping.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped);
        var over = Task.WhenAny(lease.Ended, moved, stopped.Task, app.Life.Failed);
        using var ended = new CancellationTokenSource();
        Task? roles = null;
        app.Fence.Follow(lease, origin);
        var silence = WatchSilenceAsync(lease, ended.Token);
        try
        {
            var serving = app.Runner.ServeAsync(ended.Token);
            if (await Task.WhenAny(serving, over) == serving)
            {
                await serving;
                LogServing(Name, lease.Epoch);
                _settled.TrySetResult();
                roles = WatchRoleAsync(app, lease, ended.Token);
                await over;
            }
            else
            {
                await ended.CancelAsync();
                await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await StandDownAsync(app, lease, stopping.IsCancellationRequested);
            if (roles is not null)
                await roles;
            await silence;
        }

        if (app.Life.Failed.IsCompleted)
            throw await app.Life.Failed;
    }

    /// <summary>Ends what is begun, then gives the lease up: nothing is acknowledged after that. Meanwhile the next app is built.</summary>
    private async Task StandDownAsync(PartitionApp app, PartitionLease lease, bool stopping)
    {
        var began = options.Time.GetTimestamp();
        var record = watch.Find(Name)?.Record;
        if (!stopping && (record is null || record.Primary != options.Region || record.Epoch != lease.Epoch))
            lease.Cut(LeaseEnd.Moved);
        var end = stopping ? CellState.Draining : !lease.Holds ? CellState.Fenced : record is { Target: not null } ? CellState.Moving : CellState.Draining;
        var building = stopping ? Task.CompletedTask : Task.Run(() => _next = PartitionApp.Build(partition), CancellationToken.None);
        await app.Runner.StandDownAsync(end, stopping ? partition.Cell.DrainTimeout : options.HandOverPatience);
        var why = lease.Ended.IsCompleted ? await lease.Ended : LeaseEnd.Released;
        if (why is LeaseEnd.Released or LeaseEnd.Moved) // who comes next need not wait for it to run out
            await lease.ReleaseAsync(CancellationToken.None);
        LogStoodDown(Name, lease.Epoch, why, end, (long)options.Time.GetElapsedTime(began).TotalMilliseconds);
        await building;
    }

    /// <summary>Completes when the record no longer lets this region serve in this epoch.</summary>
    private async Task WaitUntilMovedAsync(int epoch, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = watch.Changed;
            if (watch.Find(Name) is { } known && (known.Record.Primary != options.Region || known.Record.Target is not null || known.Record.Epoch != epoch))
                return;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Where the journal can't work, the database may have become a standby, or have seen a higher epoch: then nothing here may be acknowledged.</summary>
    private async Task WatchRoleAsync(PartitionApp app, PartitionLease lease, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (app.Journal.State == JournalState.Fenced || (app.Journal.State == JournalState.Failing && await app.Database.IsStandbyAsync(cancellationToken)))
            {
                LogDemoted(Name, lease.Epoch, app.Journal.Detail);
                lease.Cut(LeaseEnd.Moved);
                return;
            }

            await Task.Delay(RoleLook, options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// A database that does not answer makes this cell as down as one that has died. The lease goes back at once, and not only when
    /// what hangs on the database has been given up: nothing is acknowledged from the cut on, and whoever decides sees that nobody serves.
    /// </summary>
    private async Task WatchSilenceAsync(PartitionLease lease, CancellationToken cancellationToken)
    {
        try
        {
            await new DatabaseProbe(partition.Cell).WaitForSilenceAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        LogSilent(Name, lease.Epoch, DatabaseProbe.Patience.TotalSeconds);
        lease.Cut(LeaseEnd.Silent);
        await lease.ReleaseAsync(CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database of {Partition} has not answered for {Seconds} s; the lease of epoch {Epoch} is given up until it does")]
    private partial void LogSilent(string partition, int epoch, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {Partition} is served here, in epoch {Epoch}")]
    private partial void LogServing(string partition, int epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {Partition} is no longer served here in epoch {Epoch}: lease {Why}, {End}, {ElapsedMs} ms")]
    private partial void LogStoodDown(string partition, int epoch, LeaseEnd why, CellState end, long elapsedMs);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database of {Partition} is not the primary of epoch {Epoch} any more; nothing is acknowledged: {Detail}")]
    private partial void LogDemoted(string partition, int epoch, string? detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Partition} in epoch {Epoch} could not be taken; it is tried again: {Why}")]
    private partial void LogNoLease(string partition, int epoch, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The app of {Partition} failed and is built again in {PauseMs} ms: {Why}")]
    private partial void LogFailed(Exception error, string partition, long pauseMs, string why);
}
