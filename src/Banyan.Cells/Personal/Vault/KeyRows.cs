using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Vault;

/// <summary>A key as its row has it.</summary>
/// <param name="PartitionVersion">What wraps it; null where it was shredded.</param>
/// <param name="Wrapped">The wrapped key; null where it was shredded.</param>
internal readonly record struct KeyRow(int? PartitionVersion, byte[]? Wrapped);

/// <summary>The table <c>personal.key</c>. Thread-safe.</summary>
internal sealed class KeyRows(NpgsqlDataSource database)
{
    private const string Select = "SELECT partition_version, wrapped FROM personal.key WHERE kind = $1 AND name = $2";
    private const string Insert = "INSERT INTO personal.key (kind, name, partition_version, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, name) DO NOTHING";

    private const string ShredSubject = """
        INSERT INTO personal.key (kind, name, shredded_at) VALUES ('subject', $1, clock_timestamp())
        ON CONFLICT (kind, name) DO UPDATE SET wrapped = NULL, partition_version = NULL, shredded_at = clock_timestamp() WHERE personal.key.wrapped IS NOT NULL
        """;

    /// <summary>Null where there is no row.</summary>
    public async Task<KeyRow?> FindAsync(KeyName name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(Text(name.KindText));
        command.Parameters.Add(Text(name.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return await reader.IsDBNullAsync(1, cancellationToken) ? new KeyRow(null, null) : new KeyRow(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1));
    }

    /// <summary>False where the name had a row already, or the partition's key of the version is gone.</summary>
    public async Task<bool> TryInsertAsync(KeyName name, int partitionVersion, byte[] wrapped, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(Text(name.KindText));
        command.Parameters.Add(Text(name.Name));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partitionVersion, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = wrapped, NpgsqlDbType = NpgsqlDbType.Bytea });
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return false;
        }
    }

    /// <summary>Leaves a person without a key for ever, in the caller's transaction; false where it was so already.</summary>
    public static async Task<bool> ShredAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ShredSubject, transaction.Connection, transaction) { Parameters = { Text(subject) } };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
