using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal;

/// <summary>Raises the epoch of a journal: from then on the database refuses every transaction of an older one.</summary>
public static class JournalEpoch
{
    // As in Schema/003_fence.sql.
    private const long LockKey = 0x62616E79616E_03;
    private const int MaxAttempts = 10;
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(100);

    // The epoch fences this database alone, so no standby needs to have it: with one that is gone, waiting would be for ever.
    private const string Prepare = "SELECT set_config('lock_timeout', $1, true), set_config('synchronous_commit', 'local', true)";
    private const string Raise = "SELECT journal.raise_epoch($1)";

    private const string Terminate = """
        SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND (classid::bigint << 32) + objid::bigint = $1 AND objsubid = 1
        """;

    /// <summary>
    /// Raises the epoch, where it is lower. Transactions of the epoch before get 100 ms to end; then their connections are
    /// ended. When this returns, no transaction of an older epoch can commit a journal entry any more.
    /// </summary>
    /// <param name="source">The partition's primary.</param>
    /// <param name="epoch">The new epoch, from 1.</param>
    /// <param name="cancellationToken">Cancels it; whether it was raised is then not known.</param>
    /// <exception cref="FencedException">The journal has passed this epoch already.</exception>
    /// <exception cref="NpgsqlException">The database is away or refused.</exception>
    public static async Task RaiseAsync(NpgsqlDataSource source, int epoch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var seen = await RaiseAsync(connection, epoch, cancellationToken);
                if (seen > epoch)
                    throw new FencedException($"The journal is in epoch {seen}, past epoch {epoch}: the partition's primary has moved.");
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < MaxAttempts)
            {
                await using var terminate = new NpgsqlCommand(Terminate, connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } } };
                await terminate.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private static async Task<int> RaiseAsync(NpgsqlConnection connection, int epoch, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Prepare) { Parameters = { new() { Value = string.Create(CultureInfo.InvariantCulture, $"{Courtesy.TotalMilliseconds:0}ms") } } },
                new(Raise) { Parameters = { new NpgsqlParameter<int> { TypedValue = epoch, NpgsqlDbType = NpgsqlDbType.Integer } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var seen = reader.GetInt32(0);
        await reader.NextResultAsync(cancellationToken); // reads to the end: what fails at the commit is thrown here
        return seen;
    }
}
