using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Stranded;

/// <summary>Finds what an old primary accepted and the present one never saw, and keeps it in the present one.</summary>
public static class StrandedSearch
{
    private const int BatchSize = 500;
    private const string Columns = "id, recorded_at, topic, type, subject, content_type, data, trace_parent";

    // What the old primary numbered after the last common position, then what it had not numbered yet, in its order.
    // Its schema may be older than ours: {actor} is the column, or nothing.
    private static readonly CompositeFormat SelectAfter = CompositeFormat.Parse($"SELECT position, epoch, {Columns}, {{0}} FROM journal.entry WHERE position > $1 ORDER BY position");
    private static readonly CompositeFormat SelectInbox = CompositeFormat.Parse($"SELECT NULL::bigint, $1, {Columns}, {{0}} FROM journal.inbox ORDER BY ordinal");
    private const string HasActor = "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'journal.entry'::regclass AND attname = 'actor' AND NOT attisdropped)";

    // The epochs after the old primary's began where the common journal ends. Where none has begun yet, all there is is common.
    private const string SelectShared = "SELECT coalesce((SELECT min(after) FROM journal.epoch WHERE epoch > $1), (SELECT position FROM journal.head))";

    // One statement, so one moment: an entry that is being moved from the inbox is in one of the two.
    private const string SelectMissing = """
        SELECT i.id FROM unnest($1::uuid[]) i (id)
        WHERE NOT EXISTS (SELECT FROM journal.entry e WHERE e.id = i.id) AND NOT EXISTS (SELECT FROM journal.inbox b WHERE b.id = i.id)
        """;

    private const string Insert = """
        INSERT INTO journal.stranded (origin, epoch, position, id, recorded_at, topic, type, subject, content_type, data, trace_parent, actor)
        SELECT $1, * FROM unnest($2::int[], $3::bigint[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
        ON CONFLICT (id) DO NOTHING
        """;

    private const string InsertReturn = """
        INSERT INTO journal.returned (origin, epoch, shared, head, found) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (origin, epoch) DO UPDATE SET shared = excluded.shared, head = excluded.head, found = excluded.found
        """;

    /// <summary>
    /// Compares the journals of an old primary that rests and of the present one, and keeps what only the old one has: first in
    /// <paramref name="file"/>, durably, then in the present primary, in one transaction. MAY be repeated: what is kept already
    /// is neither kept twice nor touched.
    /// </summary>
    /// <param name="old">The old primary, which MUST take no changes meanwhile; only read.</param>
    /// <param name="present">The present primary, as the owner of the journal's tables; its schema is brought up to date.</param>
    /// <param name="origin">The old primary's region.</param>
    /// <param name="epoch">The epoch that it was the primary of.</param>
    /// <param name="file">A JSON file, which is made where anything is found.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept then, unless it was too late.</param>
    /// <exception cref="NpgsqlException">One of the databases refused, or is away.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static async Task<StrandedReport> RunAsync(NpgsqlDataSource old, NpgsqlDataSource present, string origin, int epoch, string file, CancellationToken cancellationToken)
    {
        await using var from = await old.OpenConnectionAsync(cancellationToken);
        if (!await HasJournalAsync(from, cancellationToken))
            return new StrandedReport(origin, epoch, 0, 0, 0); // It never served.
        await JournalSchema.ApplyAsync(present, cancellationToken);
        await using var to = await present.OpenConnectionAsync(cancellationToken);
        await using var transaction = await to.BeginTransactionAsync(cancellationToken);
        var (head, headEpoch) = await ReadHeadAsync(from, cancellationToken);
        // Its journal may have been raised to a later epoch since, so that it refuses: what it gave it gave as the primary of this one.
        var shared = Math.Min(head, await ScalarAsync<long>(to, SelectShared, cancellationToken, Math.Min(headEpoch, epoch)));
        await using var copy = new StrandedFile(file, origin, epoch);
        var actor = await ScalarAsync<bool>(from, HasActor, cancellationToken) ? "actor" : "NULL::text";
        foreach (var (sql, parameter) in new (CompositeFormat, object)[] { (SelectAfter, shared), (SelectInbox, epoch) })
        {
            await using var command = new NpgsqlCommand(string.Format(CultureInfo.InvariantCulture, sql, actor), from) { Parameters = { new() { Value = parameter } }, CommandTimeout = 0 };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await ReadBatchAsync(reader, origin, cancellationToken) is { Count: > 0 } batch)
            {
                var missing = await MissingAsync(to, batch, cancellationToken);
                copy.Write(missing);
                await InsertAsync(to, origin, missing, cancellationToken);
            }
        }

        copy.Finish();
        await ExecuteAsync(to, InsertReturn, cancellationToken, origin, epoch, shared, head, copy.Count);
        await transaction.CommitAsync(cancellationToken);
        return new StrandedReport(origin, epoch, shared, head, copy.Count);
    }

    private static async Task<bool> HasJournalAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ScalarAsync<bool>(connection, "SELECT to_regclass('journal.entry') IS NOT NULL AND to_regclass('journal.inbox') IS NOT NULL", cancellationToken);

    private static async Task<(long Position, int Epoch)> ReadHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT position, epoch FROM journal.head", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt32(1));
    }

    private static async Task<List<StrandedChange>> ReadBatchAsync(NpgsqlDataReader reader, string origin, CancellationToken cancellationToken)
    {
        var batch = new List<StrandedChange>();
        var characters = 0;
        while (batch.Count < BatchSize && characters < JournalEvent.MaxDataLength && await reader.ReadAsync(cancellationToken))
        {
            var change = new StrandedChange
            {
                Origin = origin,
                Position = reader.IsDBNull(0) ? null : reader.GetInt64(0),
                Epoch = reader.GetInt32(1),
                Id = reader.GetGuid(2),
                RecordedAt = reader.GetFieldValue<DateTimeOffset>(3),
                Topic = reader.GetString(4),
                Type = reader.GetString(5),
                Subject = reader.IsDBNull(6) ? null : reader.GetString(6),
                ContentType = reader.GetString(7),
                Data = reader.GetString(8),
                TraceParent = reader.IsDBNull(9) ? null : reader.GetString(9),
                Actor = reader.IsDBNull(10) ? null : reader.GetString(10),
            };
            batch.Add(change);
            characters += change.Data.Length;
        }

        return batch;
    }

    private static async Task<List<StrandedChange>> MissingAsync(NpgsqlConnection connection, List<StrandedChange> batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectMissing, connection) { Parameters = { new() { Value = batch.ConvertAll(static c => c.Id).ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            missing.Add(reader.GetGuid(0));
        return batch.FindAll(c => missing.Contains(c.Id));
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string origin, List<StrandedChange> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
            return;
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new() { Value = origin },
                new() { Value = changes.ConvertAll(static c => c.Epoch).ToArray() },
                new() { Value = changes.ConvertAll(static c => c.Position).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = changes.ConvertAll(static c => c.Id).ToArray() },
                new() { Value = changes.ConvertAll(static c => c.RecordedAt.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                Texts(changes, static c => c.Topic),
                Texts(changes, static c => c.Type),
                Texts(changes, static c => c.Subject),
                Texts(changes, static c => c.ContentType),
                Texts(changes, static c => c.Data),
                Texts(changes, static c => c.TraceParent),
                Texts(changes, static c => c.Actor),
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Texts(List<StrandedChange> changes, Converter<StrandedChange, string?> select) =>
        new() { Value = changes.ConvertAll(select).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
