using Npgsql;

namespace Banyan.Engines.Postgres;

/// <summary>
/// A database that Banyan was given by connection string, in place of a private instance: it is checked and watched, never
/// started, stopped or configured.
/// </summary>
public sealed class ExternalPostgres : IAsyncDisposable
{
    private const string RightsSql = """
        SELECT current_setting('server_version_num')::int, pg_is_in_recovery(), has_database_privilege(current_database(), 'CREATE'), current_user::text, current_database()::text
        """;

    private readonly PostgresMonitor _monitor;
    private readonly string _place;

    private ExternalPostgres(NpgsqlConnectionStringBuilder connection, string place)
    {
        _place = place;
        Database = connection.Database ?? connection.Username ?? "";
        _monitor = new PostgresMonitor(connection.ConnectionString, place);
    }

    /// <summary>The database's name on its server.</summary>
    public string Database { get; }

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
    public async Task<PostgresResult<ServerFacts>> CheckAsync(CancellationToken cancellationToken = default)
    {
        var rights = await _monitor.AskAsync<ExternalRights>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(RightsSql, connection);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                return new ExternalRights(reader.GetInt32(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetString(3), reader.GetString(4));
            },
            cancellationToken);
        if (!rights.Ok)
            return rights.Error.Failure == PostgresFailure.OtherPasswords ? rights.Error with { Message = $"The PostgreSQL of {_place} refuses the login: check user and password of the connection string" } : rights.Error;
        return Judge(rights.Value, _place) is { } error ? error : await _monitor.ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _monitor.DisposeAsync();

    internal static PostgresError? Judge(ExternalRights rights, string place)
    {
        if (rights.VersionNumber / 10_000 < PostgresInstallation.OldestMajor)
            return new PostgresError(PostgresFailure.TooOld, $"The PostgreSQL of {place} is version {rights.VersionNumber / 10_000}: {PostgresInstallation.OldestMajor} or newer is needed.");
        if (rights.IsStandby)
            return new PostgresError(PostgresFailure.OtherRole, $"The PostgreSQL of {place} is a standby: give the address of its primary.");
        return rights.MayCreate ? null
            : new PostgresError(PostgresFailure.NotAllowed, $"Role '{rights.Role}' of {place} may not create schemas: GRANT CREATE ON DATABASE \"{rights.Database}\" TO \"{rights.Role}\"");
    }
}

/// <summary>What an external server allows.</summary>
internal sealed record ExternalRights(int VersionNumber, bool IsStandby, bool MayCreate, string Role, string Database);
