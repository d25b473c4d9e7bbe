using Banyan.Journal.Log.Leaves;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Takes the journal into the tree, in batches: from the database until it has caught up, from memory after. One process does;
/// another that grows the same tree is noticed by the database, and this one loads again.
/// </summary>
internal sealed partial class LogIntegrator(IJournal journal, TreeStore store, DatabaseTileSource tiles, LogHistory history, LogOptions options, LogStatus status, LogMetrics metrics, TimeProvider time, ILogger<LogIntegrator> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private TimeSpan _pause = FirstPause;
    private volatile Integrated? _integrated;
    private volatile TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The tree as it was committed last; null before it was loaded and found to go on from what others know of it.</summary>
    public Integrated? Current => _integrated;

    /// <summary>Ends when <see cref="Current"/> changes next. Take it before looking.</summary>
    public Task Grown => _grown.Task;

    /// <summary>Runs until it is cancelled, or until the log has to be halted.</summary>
    /// <exception cref="LogHaltedException">It has to be halted.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await IntegrateAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (PostgresException e) when (e.SqlState == TreeStore.OvertakenState)
            {
                LogOvertaken(options.Origin);
            }
            catch (EntriesDroppedException e)
            {
                throw new LogHaltedException($"Entries {e.After + 1} to {e.Tail - 1} of the journal were dropped before they were in the log: it can't go on without them.");
            }
            catch (Exception e) when (e is not OutOfMemoryException and not LogHaltedException)
            {
                // An altered leaf comes here too, and is said again and again: the log stays where it is.
                status.Update(v => v with { GrowthProblem = $"The journal's entries can't be taken into the log, and it is tried again: {e.Message}" });
                LogFailed(e, options.Origin, _pause.TotalMilliseconds);
            }

            await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    private async Task IntegrateAsync(CancellationToken cancellationToken)
    {
        var known = await history.FindAsync(cancellationToken);
        var size = await store.LoadSizeAsync(cancellationToken);
        var tree = size == 0 ? TreeBuilder.Empty() : await TreeBuilder.RestoreAsync(tiles, size, cancellationToken);
        await history.CheckAsync(tree, known, cancellationToken);
        status.Update(static v => v.Halted is null ? v : v with { Halted = null });
        Set(new Integrated(tree.Size, tree.Root, NpgsqlLogSequenceNumber.Invalid, DateTimeOffset.MaxValue));
        await foreach (var page in journal.FollowPagesAsync(size, options.BatchSize, topics: null, cancellationToken))
        {
            if (page.Entries.Count == 0)
                continue;
            var started = time.GetTimestamp();
            await TakeAsync(tree, page.Entries, cancellationToken);
            _pause = FirstPause;
            status.Update(static v => v with { GrowthProblem = null });
            // Those that come meanwhile share the next transaction.
            if (page.Entries.Count < options.BatchSize && options.IntegrateInterval - time.GetElapsedTime(started) is { Ticks: > 0 } rest)
                await Task.Delay(rest, time, cancellationToken);
        }
    }

    private async Task TakeAsync(TreeBuilder tree, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        // A journal that is older than its log has dropped its first entries: they get leaves that say so.
        if (tree.Size == 0)
        {
            while (entries[0].Position - 1 - tree.Size is > 0 and var missing)
                await WriteAsync(tree, [.. Enumerable.Range(0, (int)Math.Min(missing, options.BatchSize)).Select(i => DroppedLeaf.Of(journal.Partition, tree.Size + i + 1))], DateTimeOffset.MaxValue, cancellationToken);
        }

        var leaves = new byte[entries.Count][];
        for (var i = 0; i < leaves.Length; i++)
        {
            if (EntryLeaf.IndexOf(entries[i].Position) != tree.Size + i)
                throw new LogHaltedException($"The journal gives entry {entries[i].Position} where {tree.Size + i + 1} comes next in the log: entries are missing.");
            try
            {
                leaves[i] = EntryLeaf.Of(entries[i]);
            }
            catch (InvalidOperationException e)
            {
                throw new LogHaltedException(e.Message);
            }
        }

        await WriteAsync(tree, leaves, entries[0].RecordedAt, cancellationToken);
    }

    private async Task WriteAsync(TreeBuilder tree, byte[][] leaves, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        var committed = await store.GrowAsync(tree.Append(leaves), cancellationToken);
        metrics.Integrated(leaves.Length);
        Set(new Integrated(tree.Size, tree.Root, committed, oldest));
    }

    private void Set(Integrated integrated)
    {
        _integrated = integrated;
        status.Update(v => v with { Size = integrated.Size });
        Interlocked.Exchange(ref _grown, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    [LoggerMessage(LogLevel.Warning, "Entries can't be taken into log {Origin}; it is tried again in {PauseMilliseconds} ms. Nothing is lost: the journal keeps them.")]
    private partial void LogFailed(Exception exception, string origin, double pauseMilliseconds);

    [LoggerMessage(LogLevel.Information, "Another process has grown log {Origin}; this one goes on from there.")]
    private partial void LogOvertaken(string origin);
}

/// <summary>A tree that is committed. Immutable.</summary>
/// <param name="Size">Its leaves.</param>
/// <param name="Root">Its root.</param>
/// <param name="Committed">A place in the write-ahead log that is not before its commit; 0 where it was committed before this process knew it.</param>
/// <param name="Oldest">When the oldest entry of the last batch was written.</param>
internal sealed record Integrated(long Size, Merkle.MerkleHash Root, NpgsqlLogSequenceNumber Committed, DateTimeOffset Oldest);
