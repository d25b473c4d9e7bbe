using Banyan.Journal.Reading;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal.Sequencing;

/// <summary>
/// Gives positions, in one place for the whole partition: whoever holds the database's advisory lock. A second process
/// waits for the lock, meanwhile tells its own followers how far the journal has come, and takes over when the first
/// is gone. Recovers by itself when the database goes away and comes back.
/// </summary>
internal sealed partial class Sequencer(
    NpgsqlDataSource source, JournalOptions options, IWriteFence fence, LiveWindow window, EntryReader entries, WakeSignal wake, JournalStatus status,
    JournalMetrics metrics, TimeProvider time, ILogger<Sequencer> logger)
{
    private const long LockKey = 0x62616E79616E_02;

    // Dead rows are skipped at some cost by every move until they are vacuumed away.
    private const int EntriesBeforeVacuum = 20_000;
    private const int EntriesBeforeIdleVacuum = 1_000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private TimeSpan _pause = FirstPause;
    private int _limit = options.MoveLimit;

    /// <summary>Runs until it is cancelled, or until the journal's epoch has passed ours.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                await StandByAsync(connection, cancellationToken);
                await LeadAsync(connection, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                status.Set(JournalState.Stopped, detail: null);
                return;
            }
            catch (EpochPassedException e)
            {
                status.Set(JournalState.Fenced, e.Message);
                LogFenced(e.Message);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
            {
                // Perhaps the move was too large for the time that it may take: the next one is smaller.
                _limit = Math.Max(1, _limit / 8);
                status.Set(JournalState.Failing, $"The journal's sequencer can't work, and tries again: {e.Message}");
                LogFailed(e, _pause.TotalMilliseconds);
            }

            try
            {
                await Task.Delay(_pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                status.Set(JournalState.Stopped, detail: null);
                return;
            }

            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    // Asked for again and again rather than waited for in the server: a statement that waits holds a snapshot, and
    // nothing in the whole database could be vacuumed meanwhile.
    private async Task StandByAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { new("SELECT pg_try_advisory_lock($1)") { Parameters = { new() { Value = LockKey } } }, new("SELECT position, epoch FROM journal.head") } })
            await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                var taken = reader.GetBoolean(0);
                await reader.NextResultAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                window.Advance(reader.GetInt64(0));
                if (taken)
                    return;
            }

            status.Set(JournalState.Standby, detail: null);
            await Task.Delay(options.LookInterval, time, cancellationToken);
        }
    }

    private async Task LeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await RaiseEpochAsync(connection, cancellationToken);
            LogLeading(options.Partition, fence.Epoch);
            await MoveAllAsync(connection, cancellationToken);
        }
        finally
        {
            // The connection goes back to a pool: the lock must not go with it. Where it is broken, the server has let go.
            await UnlockAsync(connection);
        }
    }

    private async Task MoveAllAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var move = new InboxMove(connection, entries, fence.Epoch);
        var segments = new Segments(connection, options);
        var (sinceVacuum, sinceRest) = (0, 0);
        while (true)
        {
            var started = time.GetTimestamp();
            await segments.EnsureAsync(window.Head + options.MoveLimit, cancellationToken);
            var result = await move.RunAsync(_limit, window.HasFollowers ? window.MaxCharacters : 0, cancellationToken);
            Publish(result);
            _pause = FirstPause;
            status.Set(JournalState.Leading, detail: null);
            sinceRest += result.Count;
            if ((sinceVacuum += result.Count) >= EntriesBeforeVacuum)
            {
                sinceVacuum = 0;
                await ExecuteAsync(connection, "VACUUM (TRUNCATE false, SKIP_LOCKED) journal.inbox", cancellationToken);
            }

            if (result.Count == _limit)
            {
                _limit = Math.Min(options.MoveLimit, _limit * 2);
                continue;
            }

            if (result.Count > 0 && options.MoveInterval - time.GetElapsedTime(started) is { Ticks: > 0 } rest)
                await Task.Delay(rest, time, cancellationToken);
            while (!await wake.WaitAsync(options.LookInterval, cancellationToken) && !await LookAsync(connection, cancellationToken))
            {
                // Nothing to do: at rest the database is only read, a row a second. The inbox is made small for that.
                if (sinceRest < EntriesBeforeIdleVacuum)
                    continue;
                (sinceVacuum, sinceRest) = (0, 0);
                await ExecuteAsync(connection, "VACUUM (SKIP_LOCKED) journal.inbox", cancellationToken);
            }
        }
    }

    private void Publish(MoveResult result)
    {
        if (result.Entries is { Count: > 0 } moved)
            window.Publish(moved);
        else
            window.Advance(result.Head);
        if (result.Count > 0)
            metrics.Moved(result.Count, result.Delay);
    }

    private async Task<bool> LookAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT epoch, EXISTS (SELECT FROM journal.inbox) FROM journal.head", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        EpochPassedException.ThrowIfNot(fence.Epoch, reader.GetInt32(0));
        return reader.GetBoolean(1);
    }

    private async Task RaiseEpochAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT journal.raise_epoch($1)", connection) { Parameters = { new() { Value = fence.Epoch } } };
        EpochPassedException.ThrowIfNot(fence.Epoch, (int)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private async Task UnlockAsync(NpgsqlConnection connection)
    {
        if (connection.State != System.Data.ConnectionState.Open)
            return;
        try
        {
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock_all()", CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            LogUnlockFailed(e);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
