using Banyan.Journal.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Following;

/// <summary>Cursors as rows of <c>journal.cursor</c>.</summary>
internal sealed class PostgresJournalCursors(NpgsqlDataSource source, IWriteFence? fence = null) : IJournalCursors
{
    private const string Select = "SELECT position FROM journal.cursor WHERE follower = $1";
    private const string Raise = "INSERT INTO journal.cursor AS c (follower, position) SELECT $1, $2 WHERE (SELECT journal.assert_epoch($3)) ON CONFLICT (follower) DO UPDATE SET position = EXCLUDED.position, updated_at = now() WHERE c.position < EXCLUDED.position";

    // The first advance makes the row; where two processes try, the second waits for the first, and then sees its position.
    private const string Advance = "INSERT INTO journal.cursor AS c (follower, position) SELECT $1, $2 WHERE (SELECT journal.assert_epoch($4)) AND ($3 = 0 OR EXISTS (SELECT FROM journal.cursor WHERE follower = $1)) ON CONFLICT (follower) DO UPDATE SET position = EXCLUDED.position, updated_at = now() WHERE c.position = $3";

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
        await using var command = new NpgsqlCommand(Raise, transaction.Connection, transaction) { Parameters = { Name(follower), Number(position), Epoch() } };
        await ExecuteAsync(command, cancellationToken);
    }

    public async Task<bool> TryAdvanceAsync(NpgsqlTransaction transaction, string follower, long from, long to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrEmpty(follower);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        await using var command = new NpgsqlCommand(Advance, transaction.Connection, transaction) { Parameters = { Name(follower), Number(to), Number(from), Epoch() } };
        return await ExecuteAsync(command, cancellationToken) == 1;
    }

    // Without a fence nobody else writes, and no epoch has passed.
    private NpgsqlParameter<int> Epoch() => InboxCommands.Epoch(fence?.Epoch ?? int.MaxValue);

    private async Task<int> ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        if (fence is not null)
            FencedException.ThrowIfNot(fence);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
    }

    private static NpgsqlParameter<string> Name(string follower) => new() { TypedValue = follower, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
