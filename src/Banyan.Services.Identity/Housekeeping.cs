using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Identity;

/// <summary>Removes what is over: rows that strangers can make don't stay. Every ten minutes, in bounded steps.</summary>
internal sealed partial class Housekeeping(NpgsqlDataSource database, IKeyVault vault, IWriteFence fence, TimeProvider time, ILogger<Housekeeping> logger) : BackgroundService
{
    /// <summary>Addresses with failed logins that are remembered; beyond, the oldest that are not locked are forgotten.</summary>
    private const int MostAttempts = 200_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const string TakeConfirmations = """
        DELETE FROM identity.confirmations WHERE hash IN (SELECT hash FROM identity.confirmations WHERE expires_at <= $1 LIMIT 1000)
        RETURNING CASE WHEN EXISTS (SELECT FROM identity.accounts a WHERE a.subject = confirmations.subject) THEN NULL ELSE subject END
        """;
    private const string TrimAttempts = """
        DELETE FROM identity.attempts WHERE fingerprint IN (
            SELECT fingerprint FROM identity.attempts WHERE locked_until IS NULL OR locked_until <= $1 ORDER BY last_at
            LIMIT greatest(0, (SELECT count(*) FROM identity.attempts) - $2))
        """;
    private static readonly (string Text, TimeSpan Ago)[] Over =
    [
        ("DELETE FROM identity.messages WHERE expires_at <= $1", TimeSpan.Zero),
        ("DELETE FROM identity.challenges WHERE expires_at <= $1", TimeSpan.Zero),
        ("DELETE FROM identity.ceremonies WHERE expires_at <= $1", TimeSpan.Zero),
        ("DELETE FROM identity.attempts WHERE last_at <= $1 AND (locked_until IS NULL OR locked_until <= $1)", LoginPause.Memory),
        ("DELETE FROM identity.sessions WHERE expires_at <= $1 OR ended_at <= $1", Kept), // with their grants, codes and tokens
        ("DELETE FROM identity.grants WHERE expires_at <= $1 OR ended_at <= $1", Kept),
        ("DELETE FROM identity.refresh_tokens WHERE expires_at <= $1", Kept),
        ("UPDATE identity.credentials SET entry = NULL WHERE expires_at <= $1 AND entry IS NOT NULL", Kept), // over, not revoked
        ("DELETE FROM identity.credentials WHERE expires_at <= $1 AND entry IS NULL", Kept),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (fence.Holds)
                    await CleanAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogFailed(e);
            }
        }
    }

    /// <summary>One round.</summary>
    internal async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (text, ago) in Over)
        {
            await using var command = Sql.Command(database, text, Sql.Time(now - ago));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var trim = Sql.Command(database, TrimAttempts, Sql.Time(now), Sql.Number(MostAttempts)))
            await trim.ExecuteNonQueryAsync(cancellationToken);
        foreach (var subject in await TakeConfirmationsAsync(now, cancellationToken))
            await vault.ShredAsync(subject, cancellationToken); // nobody came of it: its key is of no use
    }

    private async Task<List<string>> TakeConfirmationsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, TakeConfirmations, Sql.Time(now));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.Value<string>(0) is { } subject)
                found.Add(subject);
        }

        return found;
    }

    [LoggerMessage(LogLevel.Warning, "What is over could not be removed; it is tried again in ten minutes.")]
    private partial void LogFailed(Exception exception);
}
