using Banyan.Cells;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;
using Npgsql;

namespace Banyan.Services.Identity.Sessions;

/// <summary>Begins a session, at the end of every login. Thread-safe.</summary>
internal sealed class SessionBeginning(AccountStore accounts, SessionEnding ending, IdentitySettings settings, CellContext cell)
{
    private const int MostSessions = 50;
    private const int LongestAgent = 300;

    private const string InsertSession = "INSERT INTO identity.sessions (id, subject, secret, assurance, methods, agent, began_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    private const string SelectOldest = "SELECT id FROM identity.sessions WHERE subject = $1 AND ended_at IS NULL ORDER BY began_at DESC OFFSET $2";

    /// <summary>Adds the session to the change of the login, and commits that. The oldest ends where there are too many.</summary>
    /// <param name="change">Of the login.</param>
    /// <param name="subject">Who proved who it is.</param>
    /// <param name="assurance">1 or 2.</param>
    /// <param name="methods">How (RFC 8176).</param>
    /// <param name="agent">The browser's name for itself.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LoginOutcome> BeginAsync(ChangeSession change, string subject, int assurance, string[] methods, string? agent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var cookie = OpaqueToken.Create(cell.Partition);
        var session = new Session(OpaqueToken.CreateId(cell.Partition), subject, assurance, methods, now, now + settings.SessionLifetime);
        var name = string.IsNullOrWhiteSpace(agent) ? null : await accounts.SealAsync(subject, PersonalFields.Agent, agent.Length <= LongestAgent ? agent : agent[..LongestAgent], cancellationToken);
        await Sql.ExecuteAsync(
            change.Transaction, InsertSession,
            [
                Sql.Text(session.Id), Sql.Text(subject), Sql.Bytes(OpaqueToken.Hash(cookie)), Sql.Small(assurance), Sql.Texts(methods), Sql.Bytes(name), Sql.Time(now), Sql.Time(session.ExpiresAt),
            ],
            cancellationToken);
        var ended = new List<string>();
        foreach (var old in await OldestAsync(change.Transaction, subject, cancellationToken))
            ended.AddRange(await ending.EndOneAsync(change, old, subject, "too-many", cancellationToken) ?? []);
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "session.began", subject, ("session", session.Id), ("acr", session.Acr), ("amr", string.Join(' ', methods))));
        await change.CommitAsync(new StoredAnswer(200), cancellationToken);
        await ending.PublishAsync(ended, cancellationToken);
        return new LoginOutcome.Begun(session, cookie);
    }

    private static async Task<List<string>> OldestAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, SelectOldest, Sql.Text(subject), Sql.Number(MostSessions));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0));
        return found;
    }
}
