using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.Sessions;

/// <summary>
/// Failed logins in a row by address, in the partition, so that they survive a restart and a failover. Counted in the
/// transaction that ends the attempt, under a lock of the row: of many guesses at once, those after the limit are
/// refused even where they are right, so that to guess in parallel gains nothing.
/// </summary>
internal sealed class LoginAttempts(NpgsqlDataSource database, IdentitySettings settings)
{
    private const string SelectLock = "SELECT locked_until FROM identity.attempts WHERE fingerprint = $1";
    private const string Lock = """
        INSERT INTO identity.attempts (fingerprint, failures, last_at) VALUES ($1, 0, $2)
        ON CONFLICT (fingerprint) DO UPDATE SET failures = CASE WHEN identity.attempts.last_at < $3 THEN 0 ELSE identity.attempts.failures END
        RETURNING failures, locked_until
        """;
    private const string Count = "UPDATE identity.attempts SET failures = $2, last_at = $3, locked_until = $4 WHERE fingerprint = $1";
    private const string Clear = "DELETE FROM identity.attempts WHERE fingerprint = $1";

    /// <summary>How long the address has to wait; null where it has not.</summary>
    public async Task<TimeSpan?> FindWaitAsync(byte[] fingerprint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectLock, Sql.Bytes(fingerprint));
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime until && new DateTimeOffset(until) > now ? new DateTimeOffset(until) - now : null;
    }

    /// <summary>Takes the address's row to the end of the transaction: failures so far, and how long it has to wait.</summary>
    public static async Task<(int Failures, TimeSpan? Wait)> LockAsync(NpgsqlTransaction transaction, byte[] fingerprint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, Lock, Sql.Bytes(fingerprint), Sql.Time(now), Sql.Time(now - LoginPause.Memory));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.Moment(1) is { } until && until > now ? until - now : null);
    }

    /// <summary>One more failure, of an address that is locked to the transaction.</summary>
    public Task CountAsync(NpgsqlTransaction transaction, byte[] fingerprint, int failuresBefore, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var failures = failuresBefore + 1;
        var pause = LoginPause.Of(failures, settings.LockoutAfter, settings.LockoutLongest);
        return Sql.ExecuteAsync(transaction, Count, [Sql.Bytes(fingerprint), Sql.Number(failures), Sql.Time(now), Sql.Time(pause > TimeSpan.Zero ? now + pause : null)], cancellationToken);
    }

    public static Task ClearAsync(NpgsqlTransaction transaction, byte[] fingerprint, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(transaction, Clear, [Sql.Bytes(fingerprint)], cancellationToken);
}
