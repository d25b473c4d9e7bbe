using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Writing;

/// <summary>Stored answers by idempotency key: the statements, and what a stored row means for a request.</summary>
internal static class IdempotencyRecords
{
    /// <summary>The most bytes of an answer that can be stored.</summary>
    public const int MaxBodyLength = 64 << 10;

    private const string InsertFinal = "INSERT INTO journal.idempotency (digest, fingerprint, status, content_type, body, location, receipts) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private const string InsertOpen = "INSERT INTO journal.idempotency (digest, fingerprint) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
    private const string Finish = "UPDATE journal.idempotency SET status = $2, content_type = $3, body = $4, location = $5, receipts = $6 WHERE digest = $1";
    private const string Select = "SELECT fingerprint, status, content_type, body, location, receipts FROM journal.idempotency WHERE digest = $1";

    /// <summary>The record of a change that is known beforehand. Waits, then violates the primary key, where the key is in use.</summary>
    public static NpgsqlBatchCommand CreateInsert(IdempotencyKey key, StoredAnswer answer, Guid[] receipts) => new(InsertFinal)
    {
        Parameters = { Digest(key), Bytes(key.Fingerprint), Status(answer), InboxCommands.Text(answer.ContentType), Bytes(answer.Body), InboxCommands.Text(answer.Location), Receipts(receipts) },
    };

    /// <summary>The record of a change that is being made; no row is written where the key is in use.</summary>
    public static NpgsqlCommand CreateOpen(IdempotencyKey key, NpgsqlConnection connection) => new(InsertOpen, connection)
    {
        Parameters = { Digest(key), Bytes(key.Fingerprint) },
    };

    /// <summary>Completes what <see cref="CreateOpen"/> began.</summary>
    public static NpgsqlBatchCommand CreateFinish(IdempotencyKey key, StoredAnswer answer, Guid[] receipts) => new(Finish)
    {
        Parameters = { Digest(key), Status(answer), InboxCommands.Text(answer.ContentType), Bytes(answer.Body), InboxCommands.Text(answer.Location), Receipts(receipts) },
    };

    /// <summary>Whether this is the error of <see cref="CreateInsert"/> for a key in use.</summary>
    public static bool IsKeyInUse(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.UniqueViolation && exception is { SchemaName: "journal", TableName: "idempotency" };

    /// <summary>What the stored row says about a request with this key; null where there is no row (any more).</summary>
    public static async Task<ChangeOutcome?> ReadAsync(NpgsqlConnection connection, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Select, connection) { Parameters = { Digest(key) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(key.Fingerprint))
            return new ChangeOutcome(ChangeResult.KeyReused, null, []);
        var answer = new StoredAnswer(
            reader.GetInt16(1),
            await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2),
            await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetFieldValue<byte[]>(3),
            await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4));
        var receipts = await reader.IsDBNullAsync(5, cancellationToken) ? [] : reader.GetFieldValue<Guid[]>(5);
        return new ChangeOutcome(ChangeResult.Replayed, answer, receipts);
    }

    /// <exception cref="ArgumentException">The key or the answer is not one that can be stored.</exception>
    public static void Check(IdempotencyKey? key, StoredAnswer? answer)
    {
        if (key is { Key.Length: 0 or > 255 })
            throw new ArgumentException("An idempotency key has 1 to 255 characters.", nameof(key));
        if (key is { Scope.Length: > 4096 })
            throw new ArgumentException("The scope of an idempotency key has at most 4096 characters.", nameof(key));
        if (key is { Fingerprint.Length: not 32 })
            throw new ArgumentException("The fingerprint of an idempotency key is a SHA-256: 32 bytes.", nameof(key));
        if (answer is { Status: < 100 or > 599 })
            throw new ArgumentException($"{answer.Status} is no HTTP status code.", nameof(answer));
        if (key is not null && answer?.Body?.Length > MaxBodyLength)
            throw new ArgumentException($"An answer of {answer.Body.Length} bytes can't be stored with an idempotency key; at most {MaxBodyLength} are allowed. Answer with a link to what was made.", nameof(answer));
    }

    // Two keys of one digest would need a collision in 128 bits of SHA-256; the fingerprint would then refuse the second.
    private static NpgsqlParameter<Guid> Digest(IdempotencyKey key)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Scope}\0{key.Key}"), hash);
        return new() { TypedValue = new Guid(hash[..16], bigEndian: true), NpgsqlDbType = NpgsqlDbType.Uuid };
    }

    private static NpgsqlParameter<short> Status(StoredAnswer answer) => new() { TypedValue = (short)answer.Status, NpgsqlDbType = NpgsqlDbType.Smallint };

    private static NpgsqlParameter<byte[]?> Bytes(byte[]? value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter<Guid[]> Receipts(Guid[] value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };
}
