using Banyan.Journal.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Keeping;

/// <summary>
/// Drops entries that are past their retention, always from the oldest on, so that what is left has no holes. Whole table
/// partitions go at once. Where one partition spans a long time (a quiet journal), its old rows are deleted in batches.
/// </summary>
internal sealed class EntryRetention(NpgsqlDataSource source, JournalOptions options, LiveWindow window)
{
    private const int DeleteBatch = 5_000;

    // A partition that will be dropped whole within this share of the retention is not worth deleting rows from.
    private const double RowSlack = 1.1;

    private const string SelectBounds = "SELECT position, coalesce((SELECT min(position) FROM journal.entry), position + 1), (SELECT min(c.position) FROM journal.cursor c), (SELECT t.size FROM log.tree t) FROM journal.head";

    /// <summary>Drops what may go; returns the first position that is left.</summary>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var bounds = await ReadBoundsAsync(connection, cancellationToken);
        if (bounds.Tail > bounds.Head)
            return bounds.Tail;
        await DropSegmentsAsync(connection, await FindLastToGoAsync(connection, bounds, factor: 1, cancellationToken), cancellationToken);
        bounds = await ReadBoundsAsync(connection, cancellationToken);
        await DeleteRowsAsync(connection, await FindLastToGoAsync(connection, bounds, RowSlack, cancellationToken), cancellationToken);
        var tail = (await ReadBoundsAsync(connection, cancellationToken)).Tail;
        window.Forget(tail);
        return tail;
    }

    private static async Task<Bounds> ReadBoundsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectBounds, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Bounds(reader.GetInt64(0), reader.GetInt64(1), await reader.IsDBNullAsync(2, cancellationToken) ? long.MaxValue : reader.GetInt64(2), await reader.IsDBNullAsync(3, cancellationToken) ? long.MaxValue : reader.GetInt64(3));
    }

    // What is in no log yet stays, however old: its leaf would be lost.
    private async Task<long> FindLastToGoAsync(NpgsqlConnection connection, Bounds bounds, double factor, CancellationToken cancellationToken) =>
        Math.Min(bounds.Logged, await FindLastUnneededAsync(connection, bounds, factor, cancellationToken));

    // Past its retention and needed by no cursor, or past the limit.
    private async Task<long> FindLastUnneededAsync(NpgsqlConnection connection, Bounds bounds, double factor, CancellationToken cancellationToken)
    {
        var retained = await FindLastOlderAsync(connection, bounds, options.Retention * factor, cancellationToken);
        if (retained <= bounds.Needed)
            return retained;
        return Math.Max(bounds.Needed, await FindLastOlderAsync(connection, bounds, options.EffectiveRetentionLimit * factor, cancellationToken));
    }

    // Times grow with positions, but for transactions that took long: seconds, against days of retention.
    private static async Task<long> FindLastOlderAsync(NpgsqlConnection connection, Bounds bounds, TimeSpan age, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT recorded_at < now() - $2 FROM journal.entry WHERE position = $1", connection);
        var position = new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint };
        command.Parameters.Add(position);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age, NpgsqlDbType = NpgsqlDbType.Interval });
        var (low, high) = (bounds.Tail - 1, bounds.Head);
        while (low < high)
        {
            var middle = high - ((high - low) / 2);
            position.TypedValue = middle;
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static async Task DropSegmentsAsync(NpgsqlConnection connection, long through, CancellationToken cancellationToken)
    {
        foreach (var first in await FindSegmentsAsync(connection, through, cancellationToken))
        {
            // Dropping locks the journal against readers for a moment: wait only briefly for those who read now. The
            // name is a number of our own: DDL takes no parameters.
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("SET LOCAL lock_timeout = '200ms'"),
                    new($"DROP TABLE journal.entry_{first}"),
                    new("DELETE FROM journal.segment WHERE first = $1") { Parameters = { new NpgsqlParameter<long> { TypedValue = first } } },
                },
            };
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            batch.Transaction = transaction;
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task<List<long>> FindSegmentsAsync(NpgsqlConnection connection, long through, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT first FROM journal.segment WHERE last <= $1 ORDER BY first", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = through } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetInt64(0));
        return found;
    }

    private static async Task DeleteRowsAsync(NpgsqlConnection connection, long through, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM journal.entry WHERE position IN (SELECT position FROM journal.entry WHERE position <= $1 ORDER BY position LIMIT $2)", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = through }, new NpgsqlParameter<int> { TypedValue = DeleteBatch } },
        };
        while (await command.ExecuteNonQueryAsync(cancellationToken) == DeleteBatch)
        {
            // Each batch is a transaction of its own, oldest first.
        }
    }

    private sealed record Bounds(long Head, long Tail, long Needed, long Logged);
}
