using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.ApiKeys;

/// <summary>A machine's key, without its secret. Immutable.</summary>
internal sealed record ApiKey(string Id, string Name, string Subject, IReadOnlyList<string> Roles, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? ReplacedBy);

/// <summary>API keys in the partition. Thread-safe.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource database)
{
    private const string Columns = "id, name, subject, roles, scopes, created_at, expires_at, replaced_by, secret";
    private const string CountAll = "SELECT count(*) FROM identity.api_keys WHERE withdrawn_at IS NULL";
    private const string SelectAll = $"SELECT {Columns} FROM identity.api_keys WHERE withdrawn_at IS NULL AND ($1 IS NULL OR made_by = $1) ORDER BY created_at DESC LIMIT 1000";
    private const string Lock = $"SELECT {Columns} FROM identity.api_keys WHERE id = $1 AND withdrawn_at IS NULL AND ($2 IS NULL OR made_by = $2) FOR UPDATE";
    private const string InsertOne = "INSERT INTO identity.api_keys (id, name, subject, secret, roles, scopes, made_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    private const string ReplaceOne = "UPDATE identity.api_keys SET replaced_by = $2, expires_at = $3 WHERE id = $1";
    private const string Withdraw = "UPDATE identity.api_keys SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL AND ($3 IS NULL OR made_by = $3)";

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, CountAll);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Keys that somebody made; with null, all.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(string? madeBy, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectAll, Sql.Text(madeBy));
        return [.. (await ReadAsync(command, cancellationToken)).Select(static k => k.Key)];
    }

    /// <summary>A key and its hash, locked to the end of the transaction; null where there is none.</summary>
    public static async Task<(ApiKey Key, string SecretHash)?> LockAsync(NpgsqlTransaction transaction, string id, string? madeBy, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, Lock, Sql.Text(id), Sql.Text(madeBy));
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    public static NpgsqlBatchCommand Insert(ApiKey key, string secretHash, string by) => Sql.Statement(
        InsertOne, Sql.Text(key.Id), Sql.Text(key.Name), Sql.Text(key.Subject), Sql.Text(secretHash), Sql.Texts(key.Roles), Sql.Texts(key.Scopes), Sql.Text(by), Sql.Time(key.CreatedAt), Sql.Time(key.ExpiresAt));

    public static NpgsqlBatchCommand Replace(string id, string by, DateTimeOffset expires) => Sql.Statement(ReplaceOne, Sql.Text(id), Sql.Text(by), Sql.Time(expires));

    public static async Task<bool> WithdrawAsync(NpgsqlTransaction transaction, string id, string? madeBy, DateTimeOffset now, CancellationToken cancellationToken) =>
        await Sql.ExecuteAsync(transaction, Withdraw, [Sql.Text(id), Sql.Time(now), Sql.Text(madeBy)], cancellationToken) == 1;

    private static async Task<List<(ApiKey Key, string SecretHash)>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(ApiKey, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((
                new ApiKey(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.Moment(6),
                    reader.Value<string>(7)),
                reader.GetString(8)));
        }

        return found;
    }
}
