using System.Diagnostics;
using Banyan.Journal.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Sequencing;

/// <summary>
/// Moves what is visible in the inbox into the journal, in one transaction and one round trip, and gives the positions.
/// It sees committed rows only, so an entry that is committed late gets a later position, never one that was passed.
/// </summary>
internal sealed class InboxMove(NpgsqlConnection connection, EntryReader entries, int epoch)
{
    // Held to the end of the transaction: no two movers can read the same head.
    private const string LockHead = "SELECT position, epoch, clock_timestamp() FROM journal.head FOR UPDATE";

    private const string Move = $"""
        WITH moved AS (
            DELETE FROM journal.inbox WHERE ctid = ANY (ARRAY(
                SELECT i.ctid FROM journal.inbox i WHERE (SELECT epoch FROM journal.head) = $1 ORDER BY i.ordinal LIMIT $2))
            RETURNING *
        ), placed AS (
            INSERT INTO journal.entry ({EntryReader.Columns})
            SELECT (SELECT position FROM journal.head) + row_number() OVER (ORDER BY ordinal), $1, id, recorded_at, topic, type, subject, content_type, data, trace_parent, actor, salt, commitment FROM moved
            RETURNING {EntryReader.Columns}
        ), advanced AS (
            UPDATE journal.head SET position = position + (SELECT count(*) FROM moved) WHERE EXISTS (SELECT FROM moved)
        )

        """;

    private const string MoveAndReturn = Move + $"SELECT {EntryReader.Columns} FROM placed";
    private const string MoveAndCount = Move + "SELECT count(*), min(recorded_at) FROM placed";

    /// <summary>Moves up to <paramref name="limit"/> entries.</summary>
    /// <param name="limit">The most entries to move.</param>
    /// <param name="maxCharacters">Entries are returned where their data has no more characters than this in total; 0: never.</param>
    /// <param name="cancellationToken">Cancels it; whether it had committed is then unknown.</param>
    /// <exception cref="EpochPassedException">The journal has seen another epoch than ours.</exception>
    public async Task<MoveResult> RunAsync(int limit, long maxCharacters, CancellationToken cancellationToken)
    {
        var collect = maxCharacters > 0;
        var started = Stopwatch.GetTimestamp();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockHead));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(collect ? MoveAndReturn : MoveAndCount)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = epoch, NpgsqlDbType = NpgsqlDbType.Integer },
                new NpgsqlParameter<int> { TypedValue = limit, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        });
        long head;
        DateTimeOffset now;
        List<JournalEntry>? moved = null;
        var count = 0;
        var oldest = DateTimeOffset.MaxValue;

        // Disposing the reader reads to the end of the batch: after it, the transaction is committed (or it has thrown).
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            head = reader.GetInt64(0);
            EpochPassedException.ThrowIfNot(epoch, reader.GetInt32(1));
            now = reader.GetFieldValue<DateTimeOffset>(2);
            await reader.NextResultAsync(cancellationToken);
            if (collect)
            {
                (moved, count, oldest) = await CollectAsync(reader, maxCharacters, cancellationToken);
            }
            else
            {
                await reader.ReadAsync(cancellationToken);
                count = (int)reader.GetInt64(0);
                if (count > 0)
                    oldest = reader.GetFieldValue<DateTimeOffset>(1);
            }

            await reader.NextResultAsync(cancellationToken);
        }

        moved?.Sort(static (a, b) => a.Position.CompareTo(b.Position));
        return new MoveResult(head + count, count, moved, count == 0 ? TimeSpan.Zero : now - oldest + Stopwatch.GetElapsedTime(started));
    }

    private async Task<(List<JournalEntry>? Moved, int Count, DateTimeOffset Oldest)> CollectAsync(NpgsqlDataReader reader, long maxCharacters, CancellationToken cancellationToken)
    {
        List<JournalEntry>? moved = [];
        var count = 0;
        var oldest = DateTimeOffset.MaxValue;
        while (await reader.ReadAsync(cancellationToken))
        {
            count++;
            if (moved is null)
                continue;
            var entry = entries.Read(reader);
            moved.Add(entry);
            if (entry.RecordedAt < oldest)
                oldest = entry.RecordedAt;

            // More than memory may hold: followers read these from the database.
            if ((maxCharacters -= entry.Data.Length) < 0)
                moved = null;
        }

        return (moved, count, oldest);
    }
}

/// <summary>What a move did; durable.</summary>
/// <param name="Head">The newest position.</param>
/// <param name="Count">How many entries got positions.</param>
/// <param name="Entries">They, by position; null where they were not asked for or too large.</param>
/// <param name="Delay">From the writing of the oldest of them until now.</param>
internal readonly record struct MoveResult(long Head, int Count, IReadOnlyList<JournalEntry>? Entries, TimeSpan Delay);
