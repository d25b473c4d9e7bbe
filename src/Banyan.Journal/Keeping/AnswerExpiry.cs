using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Keeping;

/// <summary>
/// Deletes stored answers that are past their retention. Walks the table block by block, a part of it each time: that
/// needs no index on the time, which every change would have to pay for.
/// </summary>
internal sealed class AnswerExpiry(NpgsqlDataSource source, JournalOptions options)
{
    private const int BlocksPerStep = 256;
    private const int StepsAtLeast = 16;
    private const int PassesPerWalk = 6;
    private long _next;

    /// <summary>Walks the next part of the table; returns how many answers went.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var blocks = await CountBlocksAsync(connection, cancellationToken);
        var steps = Math.Max(StepsAtLeast, (blocks / BlocksPerStep / PassesPerWalk) + 1);
        var gone = 0;
        for (var step = 0; step < steps && _next < blocks; step++, _next += BlocksPerStep)
            gone += await DeleteAsync(connection, _next, cancellationToken);
        if (_next >= blocks)
            _next = 0;
        return gone;
    }

    private static async Task<long> CountBlocksAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_relation_size('journal.idempotency') / current_setting('block_size')::bigint", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<int> DeleteAsync(NpgsqlConnection connection, long block, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM journal.idempotency WHERE ctid >= $1 AND ctid < $2 AND created_at < now() - $3", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<NpgsqlTid> { TypedValue = new((uint)block, 0), NpgsqlDbType = NpgsqlDbType.Tid },
                new NpgsqlParameter<NpgsqlTid> { TypedValue = new((uint)(block + BlocksPerStep), 0), NpgsqlDbType = NpgsqlDbType.Tid },
                new NpgsqlParameter<TimeSpan> { TypedValue = options.IdempotencyRetention, NpgsqlDbType = NpgsqlDbType.Interval },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
