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

    private ExternalPostgres(string connectionString, string place)
    {
        _place = place;
        _monitor = new PostgresMonitor(connectionString, place);
    }

    /// <summary>Reads the connection string from where the blueprint says it is.</summary>
    /// <param name="from">Name of an environment variable, or path of a file (it has a slash).</param>
    public static PostgresResult<ExternalPostgres> From(string from)
    {
        string? text;
        try
        {
            text = from.Contains('/', StringComparison.Ordinal) ? File.ReadAllText(from).Trim() : Environment.GetEnvironmentVariable(from);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new PostgresError(PostgresFailure.Unreachable, $"The connection string of {from} can't be read: {e.Message}");
        }

        if (string.IsNullOrEmpty(text))
            return new PostgresError(PostgresFailure.Unreachable, $"The connection string of {from} is missing: set it, such as Host=db.example.org;Database=banyan;Username=banyan;Password=...");
        try
        {
            return new ExternalPostgres(new NpgsqlConnectionStringBuilder(text).ConnectionString, from);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Not the exception's words: they may quote a part of the secret.
            return new PostgresError(PostgresFailure.Unreachable, $"The connection string of {from} is not one: it must look like Host=db.example.org;Database=banyan;Username=banyan;Password=...");
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
            return rights.Error;
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
