using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Following;

/// <summary>Cursors as rows of <c>journal.cursor</c>.</summary>
internal sealed class PostgresJournalCursors(NpgsqlDataSource source) : IJournalCursors
{
    private const string Select = "SELECT position FROM journal.cursor WHERE follower = $1";
    private const string Raise = "INSERT INTO journal.cursor AS c (follower, position) VALUES ($1, $2) ON CONFLICT (follower) DO UPDATE SET position = EXCLUDED.position, updated_at = now() WHERE c.position < EXCLUDED.position";

    // The first advance makes the row; where two processes try, the second waits for the first, and then sees its position.
    private const string Advance = "INSERT INTO journal.cursor AS c (follower, position) SELECT $1, $2 WHERE $3 = 0 OR EXISTS (SELECT FROM journal.cursor WHERE follower = $1) ON CONFLICT (follower) DO UPDATE SET position = EXCLUDED.position, updated_at = now() WHERE c.position = $3";

    public async Task<long> LoadAsync(string follower, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(follower);
        await using var command = source.CreateCommand(Select);
        command.Parameters.Add(Name(follower));
        return await command.ExecuteScalarAsync(cancellationToken) is long position ? position : 0;
    }

    public async Task SaveAsync(NpgsqlTransaction transaction, string follower, long position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrEmpty(follower);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        await using var command = new NpgsqlCommand(Raise, transaction.Connection, transaction) { Parameters = { Name(follower), Number(position) } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> TryAdvanceAsync(NpgsqlTransaction transaction, string follower, long from, long to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrEmpty(follower);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        await using var command = new NpgsqlCommand(Advance, transaction.Connection, transaction) { Parameters = { Name(follower), Number(to), Number(from) } };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static NpgsqlParameter<string> Name(string follower) => new() { TypedValue = follower, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
