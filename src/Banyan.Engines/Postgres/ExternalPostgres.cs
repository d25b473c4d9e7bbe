using Npgsql;

namespace Banyan.Engines.Postgres;

/// <summary>
/// A database that Banyan was given by connection string, in place of a private instance: it is checked and watched, never
/// started, stopped or configured.
/// </summary>
public sealed class ExternalPostgres : IAsyncDisposable
{
    private const string RightsSql = """
        SELECT current_setting('server_version_num')::int, pg_is_in_recovery(), has_database_privilege(current_database(), 'CREATE'), current_user::text, current_database()::text,
               has_function_privilege('pg_promote(boolean, integer)', 'EXECUTE'), pg_has_role('pg_read_all_stats', 'USAGE')
        """;

    // A commit of its own brings everything that was committed before to the disk, also what was committed without waiting for that.
    private const string FlushSql = "SELECT pg_current_xact_id()";
    private const string FlushedSql = "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint";
    private const string PromoteSql = "SELECT pg_promote(false)";

    private readonly PostgresMonitor _monitor;
    private readonly string _place;

    private ExternalPostgres(NpgsqlConnectionStringBuilder connection, string place)
    {
        _place = place;
        Database = connection.Database ?? connection.Username ?? "";
        ConnectionString = connection.ConnectionString;
        _monitor = new PostgresMonitor(connection.ConnectionString, place);
    }

    /// <summary>The database's name on its server.</summary>
    public string Database { get; }

    /// <summary>Its connection string, with its password: never to be shown.</summary>
    public string ConnectionString { get; }

    /// <summary>Reads the connection string from where the blueprint says it is.</summary>
    /// <param name="from">See <see cref="ReadConnectionString"/>.</param>
    public static PostgresResult<ExternalPostgres> From(string from)
    {
        var text = ReadConnectionString(from);
        return text.Ok ? new ExternalPostgres(new NpgsqlConnectionStringBuilder(text.Value), from) : text.Error;
    }

    /// <summary>Reads a connection string, and sees that it is one. Its error never repeats what a file or a variable held.</summary>
    /// <param name="from"><c>env:NAME</c> or <c>NAME</c>: an environment variable; <c>file:/PATH</c> or a path: a file; else, with <c>=</c> in it, the string itself.</param>
    public static PostgresResult<string> ReadConnectionString(string from)
    {
        string? text;
        try
        {
            text = from.StartsWith("env:", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(from["env:".Length..])
                : from.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(from["file:".Length..]).Trim()
                : from.Contains('=', StringComparison.Ordinal) && from[0] != '/' ? from
                : from.Contains('/', StringComparison.Ordinal) ? File.ReadAllText(from).Trim()
                : Environment.GetEnvironmentVariable(from);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new PostgresError(PostgresFailure.Unreachable, $"The connection string of {from} can't be read: {e.Message}");
        }

        if (string.IsNullOrEmpty(text))
            return new PostgresError(PostgresFailure.Unreachable, $"The connection string of {from} is missing: set it, such as Host=db.example.org;Database=banyan;Username=banyan;Password=SECRET");
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Not the exception's words: they may quote a part of the secret.
            return new PostgresError(PostgresFailure.Unreachable, $"The connection string of {from} is not one: it must look like Host=db.example.org;Database=banyan;Username=banyan;Password=SECRET");
        }
    }

    /// <summary>Whether it can serve: reachable, new enough, a primary, and a role that may create schemas.</summary>
    public Task<PostgresResult<ServerFacts>> CheckAsync(CancellationToken cancellationToken = default) => CheckAsync(ofPair: false, cancellationToken);

    /// <summary>As the other. One of a pair may be a standby, and its role must be able to see replication and to promote.</summary>
    /// <param name="ofPair">Whether it is a primary or a standby of a pair that somebody else has set up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PostgresResult<ServerFacts>> CheckAsync(bool ofPair, CancellationToken cancellationToken = default)
    {
        var rights = await _monitor.AskAsync<ExternalRights>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(RightsSql, connection);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                return new ExternalRights(reader.GetInt32(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetString(3), reader.GetString(4), reader.GetBoolean(5), reader.GetBoolean(6));
            },
            cancellationToken);
        if (!rights.Ok)
            return rights.Error.Failure == PostgresFailure.OtherPasswords ? rights.Error with { Message = $"The PostgreSQL of {_place} refuses the login: check user and password of the connection string" } : rights.Error;
        return Judge(rights.Value, _place, ofPair) is { } error ? error : await _monitor.ReadAsync(cancellationToken);
    }

    /// <summary>Of a primary: brings what is committed to its disk, and says where its WAL ends then.</summary>
    public async Task<PostgresResult<WalEnd>> FlushAsync(CancellationToken cancellationToken = default) => await _monitor.AskAsync<WalEnd>(
        async connection =>
        {
            foreach (var sql in (string[])["SET synchronous_commit = local", FlushSql])
            {
                await using var flush = new NpgsqlCommand(sql, connection);
                await flush.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var command = new NpgsqlCommand(FlushedSql, connection);
            return new WalEnd((long)(await command.ExecuteScalarAsync(cancellationToken))!);
        },
        cancellationToken);

    /// <summary>Of a standby: asks it to become a primary, and waits until it takes writes. What it has received is replayed first. MAY be repeated.</summary>
    /// <returns>Null where it does.</returns>
    public async Task<PostgresError?> PromoteAsync(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        var asked = await _monitor.AskAsync<object>(
            async connection =>
            {
                // Where it is one already the server says so by an error: then there is nothing to wait for either.
                await using var command = new NpgsqlCommand($"{PromoteSql} WHERE pg_is_in_recovery()", connection);
                await command.ExecuteNonQueryAsync(cancellationToken);
                return _place;
            },
            cancellationToken);
        return asked.Error ?? await _monitor.WaitPromotedAsync(patience, clock, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _monitor.DisposeAsync();

    internal static PostgresError? Judge(ExternalRights rights, string place, bool ofPair = false)
    {
        if (rights.VersionNumber / 10_000 < PostgresInstallation.OldestMajor)
            return new PostgresError(PostgresFailure.TooOld, $"The PostgreSQL of {place} is version {rights.VersionNumber / 10_000}: {PostgresInstallation.OldestMajor} or newer is needed.");
        if (rights.IsStandby && !ofPair)
            return new PostgresError(PostgresFailure.OtherRole, $"The PostgreSQL of {place} is a standby: give the address of its primary.");
        if (ofPair && !(rights.MayPromote && rights.SeesReplication))
        {
            return new PostgresError(PostgresFailure.NotAllowed,
                $"Role '{rights.Role}' of {place} may not promote, or not see replication: as a superuser of its primary, GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO \"{rights.Role}\"; GRANT pg_read_all_stats TO \"{rights.Role}\"");
        }

        // A standby answers as its primary would.
        return rights.MayCreate ? null
            : new PostgresError(PostgresFailure.NotAllowed, $"Role '{rights.Role}' of {place} may not create schemas: GRANT CREATE ON DATABASE \"{rights.Database}\" TO \"{rights.Role}\"");
    }
}

/// <summary>What an external server allows.</summary>
internal sealed record ExternalRights(int VersionNumber, bool IsStandby, bool MayCreate, string Role, string Database, bool MayPromote = true, bool SeesReplication = true);

/// <summary>Where a server's WAL ends. Immutable.</summary>
/// <param name="Position">Bytes since the beginning of time.</param>
public sealed record WalEnd(long Position);
