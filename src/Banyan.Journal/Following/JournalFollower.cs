using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal.Following;

/// <summary>
/// Background work that follows the journal and stores what it does in the same transaction as how far it came: the
/// effect of every entry happens exactly once, through crashes, restarts and two processes at a time.
/// </summary>
/// <remarks>
/// Entries come in order, in batches. A batch that fails is tried again, entry by entry, with growing pauses, for as long
/// as it takes: an entry that can never be handled stops the follower, and <see cref="Problem"/> says so. Where an entry
/// may be wrong by itself, let <see cref="HandleAsync"/> record that and return.
/// </remarks>
public abstract partial class JournalFollower : BackgroundService
{
    private const int PositionsBetweenSaves = 10_000;
    private static readonly TimeSpan TimeBetweenSaves = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly JournalFollowing _following;
    private readonly ILogger _logger;
    private volatile string? _problem;
    private TimeSpan _pause = FirstPause;
    private long _savedAt;
    private long _saved;
    private long _position;
    private int _careful;

    /// <summary>Makes it; it starts with the host.</summary>
    protected JournalFollower(JournalFollowing following)
    {
        ArgumentNullException.ThrowIfNull(following);
        _following = following;
        _logger = following.Loggers.CreateLogger(GetType());
    }

    /// <summary>The name of its cursor; the same for ever. Begin it with the service's name.</summary>
    public abstract string Name { get; }

    /// <summary>What keeps it from going on, in one line; null where nothing does.</summary>
    public string? Problem => _problem;

    /// <summary>It has handled, or passed over, every entry up to this position.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The topics that it handles; null for all.</summary>
    protected virtual IReadOnlySet<string>? Topics => null;

    /// <summary>The most entries of one transaction.</summary>
    protected virtual int BatchSize => 100;

    /// <summary>
    /// Does the work of these entries, in the given transaction and nowhere else; MUST NOT commit. Events that it appends
    /// to the journal in the transaction are signalled for it. Erased entries are not among them.
    /// </summary>
    protected abstract Task HandleAsync(IReadOnlyList<JournalEntry> entries, NpgsqlTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Called after the transaction of these entries was committed; a crash in between skips it.</summary>
    protected virtual Task HandledAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Called in the transaction that moves the cursor past entries which retention has dropped before they were handled
    /// (see <see cref="JournalOptions.RetentionLimit"/>). It is logged as an error in any case.
    /// </summary>
    protected virtual Task SkipDroppedAsync(EntriesDroppedException dropped, NpgsqlTransaction transaction, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it is: the entry stays unhandled and is tried again, and the follower says what is wrong.
                _careful = BatchSize;
                _problem = $"Follower '{Name}' failed after position {Position} and tries again: {e.Message}";
                LogFailed(e, Name, Position, _pause.TotalMilliseconds);
                await Task.Delay(_pause, _following.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (stoppingToken.IsCancellationRequested)
                    return;
                _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            }
        }
    }

    // Returns when it has to begin again at its cursor.
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        _saved = await _following.Cursors.LoadAsync(Name, cancellationToken);
        _savedAt = _following.Time.GetTimestamp();
        Volatile.Write(ref _position, _saved);
        var limit = _careful > 0 ? 1 : BatchSize;
        try
        {
            await foreach (var page in _following.Journal.FollowPagesAsync(_saved, limit, Topics, cancellationToken))
            {
                if (!await TakeAsync(page, cancellationToken))
                    return;
                Volatile.Write(ref _position, page.Through);
                if (page.Entries.Count > 0 && limit == 1 && BatchSize > 1 && --_careful <= 0)
                    return;
            }
        }
        catch (EntriesDroppedException e)
        {
            LogDropped(Name, e.After + 1, e.Tail - 1);
            await InTransactionAsync(e.Tail - 1, transaction => SkipDroppedAsync(e, transaction, cancellationToken), cancellationToken);
        }
    }

    private async Task<bool> TakeAsync(JournalPage page, CancellationToken cancellationToken)
    {
        // Of an erased entry nothing is left to handle; what it did goes with its person's rows.
        var entries = page.Entries.Any(static e => e.IsErased) ? [.. page.Entries.Where(static e => !e.IsErased)] : page.Entries;
        if (entries.Count > 0)
        {
            if (!await InTransactionAsync(page.Through, transaction => HandleAsync(entries, transaction, cancellationToken), cancellationToken))
                return false;
            _following.Journal.Signal();
            await HandledAsync(entries, cancellationToken);
        }
        else if (page.Through - _saved >= PositionsBetweenSaves || _following.Time.GetElapsedTime(_savedAt) >= TimeBetweenSaves)
        {
            // Nothing of its topics: the cursor moves all the same, now and then, or it would hold retention back.
            if (!await InTransactionAsync(page.Through, static _ => Task.CompletedTask, cancellationToken))
                return false;
        }

        _problem = null;
        _pause = FirstPause;
        return true;
    }

    private async Task<bool> InTransactionAsync(long through, Func<NpgsqlTransaction, Task> work, CancellationToken cancellationToken)
    {
        await using var connection = await _following.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await _following.Cursors.TryAdvanceAsync(transaction, Name, _saved, through, cancellationToken))
        {
            LogOvertaken(Name, _saved);
            return false;
        }

        await work(transaction);
        await transaction.CommitAsync(cancellationToken);
        _saved = through;
        _savedAt = _following.Time.GetTimestamp();
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Follower '{Follower}' failed after position {Position}; it tries again in {PauseMilliseconds} ms.")]
    private partial void LogFailed(Exception exception, string follower, long position, double pauseMilliseconds);

    [LoggerMessage(LogLevel.Error, "Follower '{Follower}' was behind for so long that entries {First} to {Last} were dropped before it handled them; it goes on after them.")]
    private partial void LogDropped(string follower, long first, long last);

    [LoggerMessage(LogLevel.Information, "Another process handled entries of follower '{Follower}' after position {Position}; this one goes on from there.")]
    private partial void LogOvertaken(string follower, long position);
}
