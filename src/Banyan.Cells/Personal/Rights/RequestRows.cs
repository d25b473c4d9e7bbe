using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Rights;

/// <summary>The table <c>personal.request</c>. Thread-safe.</summary>
internal sealed class RequestRows(NpgsqlDataSource database)
{
    private const string Columns = "id, subject, kind, state, asked_at, due_at, done_at, missed_at";
    private const string Insert = "INSERT INTO personal.request (id, subject, kind, by_kind, by, details, state, asked_at, due_at, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    private const string TryInsert = Insert + " ON CONFLICT (id) DO NOTHING";
    private const string Close = "UPDATE personal.request SET state = 'done', done_at = $3 WHERE subject = $1 AND kind = $2 AND state = 'open'";
    private const string WaitsFor = "ARRAY(SELECT partition FROM personal.elsewhere e WHERE e.request = r.id AND e.answered_at IS NULL ORDER BY partition)";
    private const string SelectOwn = $"SELECT {Columns}, {WaitsFor} FROM personal.request r WHERE subject = $1 ORDER BY id DESC LIMIT $2";
    private const string SelectOpen = $"SELECT {Columns}, {WaitsFor} FROM personal.request r WHERE state <> 'done' ORDER BY due_at LIMIT $1";
    private const string CountOpen = "SELECT count(*) FROM personal.request WHERE subject = $1 AND state = 'open'";
    private const string SelectNext = "SELECT count(*) FILTER (WHERE due_at <= $1), min(due_at) FILTER (WHERE due_at > $1), count(*) FILTER (WHERE state = 'spreading') FROM personal.request WHERE state <> 'done'";

    private const string MarkMissed = """
        UPDATE personal.request SET missed_at = $1 WHERE id IN (
            SELECT id FROM personal.request WHERE state <> 'done' AND due_at <= $1 AND missed_at IS NULL ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
        RETURNING id, subject, kind, due_at
        """;

    // The log that has to reach the standbys ends, at the latest, where it ends now.
    private const string MarkPosition = "UPDATE personal.request SET replicate_to = pg_current_wal_lsn() WHERE state = 'spreading' AND replicate_to IS NULL";

    // A physical slot's restart_lsn is what its standby says that it has on its disk; a slot without one has no standby yet.
    private const string MarkReplicated = """
        UPDATE personal.request SET state = 'done', done_at = $1 WHERE state = 'spreading' AND replicate_to IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_replication_slots s WHERE s.slot_type = 'physical' AND (s.restart_lsn IS NULL OR s.restart_lsn < replicate_to))
            AND NOT EXISTS (SELECT FROM personal.elsewhere e WHERE e.request = personal.request.id AND e.answered_at IS NULL)
        RETURNING id, subject
        """;

    public static Task InsertAsync(NpgsqlTransaction transaction, Guid id, Asker asker, string kind, string state, byte[]? details, DateTimeOffset askedAt, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        InsertAsync(Insert, transaction, id, asker, kind, state, details, askedAt, dueAt, cancellationToken);

    /// <summary>A request that has its id from elsewhere; false where it is there already.</summary>
    public static async Task<bool> TryInsertAsync(NpgsqlTransaction transaction, Guid id, Asker asker, string kind, string state, DateTimeOffset askedAt, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        await InsertAsync(TryInsert, transaction, id, asker, kind, state, details: null, askedAt, dueAt, cancellationToken) == 1;

    private static async Task<int> InsertAsync(
        string statement, NpgsqlTransaction transaction, Guid id, Asker asker, string kind, string state, byte[]? details, DateTimeOffset askedAt, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, transaction.Connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid }, Text(asker.Subject), Text(kind), Text(asker.KindText), Text(asker.By.Subject),
                new NpgsqlParameter { Value = (object?)details ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea }, Text(state), Time(askedAt), Time(dueAt),
                new NpgsqlParameter { Value = state == "done" ? askedAt : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What was asked for before, and waited for somebody to do it, is done with this.</summary>
    public static async Task CloseAsync(NpgsqlTransaction transaction, string subject, string kind, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Close, transaction.Connection, transaction) { Parameters = { Text(subject), Text(kind), Time(now) } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<long> CountOpenAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountOpen, transaction.Connection, transaction) { Parameters = { Text(subject) } };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Marks those that are past their deadline, each once.</summary>
    public static async Task<IReadOnlyList<(Guid Id, string Subject, string Kind, DateTimeOffset DueAt)>> MarkMissedAsync(NpgsqlTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MarkMissed, transaction.Connection, transaction) { Parameters = { Time(now) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missed = new List<(Guid, string, string, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
            missed.Add((reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return missed;
    }

    /// <summary>Notes how far the standbys must have come for the deletions that have been committed.</summary>
    public async Task MarkPositionAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MarkPosition);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Marks the deletions that every standby has.</summary>
    public static async Task<IReadOnlyList<(Guid Id, string Subject)>> MarkReplicatedAsync(NpgsqlTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MarkReplicated, transaction.Connection, transaction) { Parameters = { Time(now) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var done = new List<(Guid, string)>();
        while (await reader.ReadAsync(cancellationToken))
            done.Add((reader.GetGuid(0), reader.GetString(1)));
        return done;
    }

    /// <summary>How many are overdue, when the next will be, and how many are on their way to the standbys.</summary>
    public async Task<(long Overdue, DateTimeOffset? Next, long Spreading)> LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectNext);
        command.Parameters.Add(Time(now));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2));
    }

    /// <summary>A person's, the newest first.</summary>
    public Task<IReadOnlyList<RightsRequest>> ListAsync(string subject, int limit, CancellationToken cancellationToken) => ReadAsync(SelectOwn, cancellationToken, Text(subject), Int(limit));

    /// <summary>Those that are not done, the most urgent first.</summary>
    public Task<IReadOnlyList<RightsRequest>> ListOpenAsync(int limit, CancellationToken cancellationToken) => ReadAsync(SelectOpen, cancellationToken, Int(limit));

    private async Task<IReadOnlyList<RightsRequest>> ReadAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<RightsRequest>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new RightsRequest(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5),
                await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(6), await reader.IsDBNullAsync(7, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                reader.GetFieldValue<string[]>(8)));
        }

        return found;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<int> Int(int value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter<DateTimeOffset> Time(DateTimeOffset value) => new() { TypedValue = value.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
