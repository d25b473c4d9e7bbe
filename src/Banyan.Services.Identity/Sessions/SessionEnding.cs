using System.Threading.Channels;
using Banyan.Cells.Access;
using Banyan.Engines.Consensus;
using Banyan.Journal;
using Banyan.Services.Identity.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Identity.Sessions;

/// <summary>
/// Ends sessions and grants: in the partition first, in one transaction with what is still to be told, then in every cell
/// by the platform's directory. What could not be told is told again until it was, also after a crash or a failover.
/// </summary>
internal sealed partial class SessionEnding(
    NpgsqlDataSource database, IAccessPublisher publisher, IdentitySettings settings, TimeProvider time, ILogger<SessionEnding> logger) : BackgroundService
{
    internal static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const string EndSessions = "UPDATE identity.sessions SET ended_at = $2 WHERE subject = $1 AND ended_at IS NULL AND id <> coalesce((SELECT session FROM identity.grants WHERE id = $3), '')";
    private const string EndSession = "UPDATE identity.sessions SET ended_at = $3 WHERE id = $1 AND subject = $2 AND ended_at IS NULL";
    private const string EndGrantsOfSubject = $"""
        WITH ended AS (UPDATE identity.grants SET ended_at = $2, ended_by = $3 WHERE subject = $1 AND ended_at IS NULL AND session <> coalesce((SELECT session FROM identity.grants WHERE id = $5), '') RETURNING id)
        {Remember}
        """;
    private const string EndGrantsOfSession = $"""
        WITH ended AS (UPDATE identity.grants SET ended_at = $2, ended_by = $3 WHERE session = $1 AND ended_at IS NULL RETURNING id)
        {Remember}
        """;
    private const string EndGrant = $"""
        WITH ended AS (UPDATE identity.grants SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL RETURNING id)
        {Remember}
        """;
    private const string Remember = "INSERT INTO identity.endings (grant_id, expires_at) SELECT id, $4 FROM ended ON CONFLICT DO NOTHING RETURNING grant_id";
    private const string SelectUntold = "SELECT grant_id, expires_at FROM identity.endings ORDER BY expires_at LIMIT 1000";
    private const string Forget = "DELETE FROM identity.endings WHERE grant_id = $1";

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Ends every session of a person, but for that of the grant <paramref name="except"/>; the grants to publish.</summary>
    public async Task<List<string>> EndAllAsync(ChangeSession change, string subject, string? except, string why, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await Sql.ExecuteAsync(change.Transaction, EndSessions, [Sql.Text(subject), Sql.Time(now), Sql.Text(except)], cancellationToken);
        await using var command = Sql.Command(change.Transaction, EndGrantsOfSubject, Sql.Text(subject), Sql.Time(now), Sql.Text(why), Sql.Time(Worthless(now)), Sql.Text(except));
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "sessions.ended", subject, ("why", why)));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Ends one session of a person; the grants to publish; null where it is not theirs or has ended.</summary>
    public async Task<List<string>?> EndOneAsync(ChangeSession change, string session, string subject, string why, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await Sql.ExecuteAsync(change.Transaction, EndSession, [Sql.Text(session), Sql.Text(subject), Sql.Time(now)], cancellationToken) == 0)
            return null;
        await using var command = Sql.Command(change.Transaction, EndGrantsOfSession, Sql.Text(session), Sql.Time(now), Sql.Text(why), Sql.Time(Worthless(now)));
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "session.ended", subject, ("session", session), ("why", why)));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Ends what a client was granted, its refresh tokens and access tokens; the grants to publish (none where it had ended).</summary>
    public async Task<List<string>> EndGrantAsync(ChangeSession change, string grant, string subject, string why, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = Sql.Command(change.Transaction, EndGrant, Sql.Text(grant), Sql.Time(now), Sql.Text(why), Sql.Time(Worthless(now)));
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "grant.ended", subject, ("grant", grant), ("why", why)));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Tells every cell, after the commit. Where the directory is away, the background work goes on trying.</summary>
    public async Task PublishAsync(IReadOnlyList<string> grants, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var grant in grants)
                await PublishAsync(grant, Worthless(time.GetUtcNow()), cancellationToken);
        }
        catch (ConsensusUnavailableException e)
        {
            LogUntold(e, grants.Count);
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Has the background work tell every cell what a commit has ended; for changes that may end more than a request waits for.</summary>
    public void TellSoon() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true) // once at the start: what a process before this one could not tell
        {
            while (!await TellAsync(stoppingToken))
                await Task.Delay(Pause, time, stoppingToken);
            await _wake.Reader.ReadAsync(stoppingToken);
        }
    }

    /// <summary>False where something is left to tell.</summary>
    private async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            var untold = new List<(string Grant, DateTimeOffset Expires)>();
            await using (var command = Sql.Command(database, SelectUntold))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                    untold.Add((reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1)));
            }

            foreach (var (grant, expires) in untold)
                await PublishAsync(grant, expires, cancellationToken);
            return untold.Count == 0;
        }
        catch (Exception e) when (e is ConsensusUnavailableException or NpgsqlException)
        {
            LogUntold(e, 0);
            return false;
        }
    }

    private async Task PublishAsync(string grant, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        if (expires > time.GetUtcNow())
            await publisher.EndSessionAsync(grant, expires, cancellationToken);
        await using var forget = Sql.Command(database, Forget, Sql.Text(grant));
        await forget.ExecuteNonQueryAsync(cancellationToken);
    }

    private DateTimeOffset Worthless(DateTimeOffset now) => now + settings.TokenLifetime + ClockSkew;

    private static async Task<List<string>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0));
        return found;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} ended grants could not be told to every cell yet; their access tokens may be taken for some minutes. Trying again.")]
    private partial void LogUntold(Exception exception, int count);
}
