using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Hosting;
using Banyan.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Schema;

/// <summary>
/// Brings the schema of the journal and of every service up to date: each migration once, in the order of its number, in one transaction
/// with its record in <c>cells.migration</c>. An advisory lock lets one cell do it at a time; the next finds it done.
/// </summary>
internal sealed partial class Migrator(NpgsqlDataSource database, IReadOnlyList<IService> services, CellOptions options, ILogger<Migrator> logger)
{
    /// <summary>Names the advisory lock; "banyan" in ASCII.</summary>
    private const long Lock = 0x62616e79616e;

    /// <summary>Whether nothing is to be done: one look, without a lock. Where anything is unexpected, <see cref="ApplyAsync(CancellationToken)"/> says what.</summary>
    /// <exception cref="NpgsqlException">The database went away.</exception>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand("SELECT service, number, sha256 FROM cells.migration UNION ALL SELECT NULL, max(number), NULL FROM journal.schema_step");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var left = services.SelectMany(static s => s.Migrations.Select(m => (s.Name, m.Number, m.Sql))).ToDictionary(static m => (m.Name, m.Number), static m => m.Sql);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (await reader.IsDBNullAsync(0, cancellationToken))
                {
                    if (await reader.IsDBNullAsync(1, cancellationToken) || reader.GetInt32(1) != JournalSchema.Steps)
                        return false;
                }
                else if (services.Any(s => s.Name == reader.GetString(0)) && (!left.Remove((reader.GetString(0), reader.GetInt32(1)), out var sql) || !Hash(sql).AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(2))))
                {
                    return false;
                }
            }

            return left.Count == 0;
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return false;
        }
    }

    /// <exception cref="CellException">An applied migration was changed, the database is newer than this program, or a statement failed.</exception>
    /// <exception cref="NpgsqlException">The database went away.</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await JournalSchema.ApplyAsync(database, cancellationToken);
        }
        catch (InvalidOperationException error)
        {
            throw new CellException(error.Message, isTransient: false, error);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock($1)", cancellationToken, Lock);
        try
        {
            await ExecuteAsync(connection, """
                CREATE SCHEMA IF NOT EXISTS cells;
                CREATE TABLE IF NOT EXISTS cells.migration (
                    service text NOT NULL, number int NOT NULL, name text NOT NULL, sha256 bytea NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (service, number))
                """, cancellationToken);
            var applied = await ReadAppliedAsync(connection, cancellationToken);
            foreach (var service in services)
                await ApplyAsync(connection, service, applied, cancellationToken);
        }
        finally
        {
            // A connection that broke has lost its lock already.
            if (connection.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None, Lock);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, IService service, Dictionary<(string, int), Applied> applied, CancellationToken cancellationToken)
    {
        var known = service.Migrations.Count;
        if (applied.Keys.Where(k => k.Item1 == service.Name && k.Item2 > known).Select(k => k.Item2).DefaultIfEmpty().Max() is var newest and > 0)
            throw new CellException($"The database has migration {newest} of {service.Name}, but this program knows only {known}: run the version that made it, or a newer one.", isTransient: false);

        foreach (var migration in service.Migrations)
        {
            var hash = Hash(migration.Sql);
            if (!applied.TryGetValue((service.Name, migration.Number), out var done))
                await ApplyAsync(connection, service.Name, migration, hash, cancellationToken);
            else if (!done.Hash.AsSpan().SequenceEqual(hash))
                throw new CellException($"Migration {migration.Number} '{migration.Name}' of {service.Name} was changed after it was applied on {done.At:yyyy-MM-dd HH:mm}Z: put its text back and add a new migration.", isTransient: false);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, string service, SchemaMigration migration, byte[] hash, CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            // A service's name is one lower-case word, checked when the cell is built; identifiers can't be parameters.
            await ExecuteAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {service}; SET LOCAL search_path = {service}, public", cancellationToken);
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await ExecuteAsync(connection, "INSERT INTO cells.migration (service, number, name, sha256) VALUES ($1, $2, $3, $4)", cancellationToken, service, migration.Number, migration.Name, hash);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException error) when (!DatabaseFault.IsAway(error))
        {
            throw new CellException($"Migration {migration.Number} '{migration.Name}' of {service} failed: {error.MessageText} ({error.SqlState}). Nothing of it was kept.", isTransient: false, error);
        }

        LogApplied(logger, migration.Number, migration.Name, service, (long)options.Time.GetElapsedTime(began).TotalMilliseconds);
    }

    private static async Task<Dictionary<(string, int), Applied>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<(string, int), Applied>();
        await using var command = new NpgsqlCommand("SELECT service, number, sha256, applied_at FROM cells.migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add((reader.GetString(0), reader.GetInt32(1)), new Applied(reader.GetFieldValue<byte[]>(2), reader.GetDateTime(3)));
        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter, NpgsqlDbType = TypeOf(parameter) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static byte[] Hash(string sql) => SHA256.HashData(Encoding.UTF8.GetBytes(sql));

    private static NpgsqlDbType TypeOf(object value) => value switch
    {
        long => NpgsqlDbType.Bigint,
        int => NpgsqlDbType.Integer,
        string => NpgsqlDbType.Text,
        _ => NpgsqlDbType.Bytea,
    };

    private sealed record Applied(byte[] Hash, DateTime At);

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Number} '{Name}' of {Service} in {ElapsedMs} ms.")]
    private static partial void LogApplied(ILogger logger, int number, string name, string service, long elapsedMs);
}
