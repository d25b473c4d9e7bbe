using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;
using Npgsql;

namespace Banyan.Services.Identity.Sessions;

/// <summary>Reads sessions. Thread-safe.</summary>
internal sealed class SessionStore(NpgsqlDataSource database, AccountStore accounts, TimeProvider time)
{
    private const string BySecret = "SELECT s.id, s.subject, s.assurance, s.methods, s.began_at, s.expires_at FROM identity.sessions s JOIN identity.accounts a USING (subject) WHERE s.secret = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND a.state = 'active'";
    private const string OfSubject = """
        SELECT s.id, s.assurance, s.methods, s.agent, s.began_at, s.seen_at, s.expires_at,
            ARRAY(SELECT DISTINCT coalesce(c.name, g.client) FROM identity.grants g LEFT JOIN identity.clients c ON c.id = g.client WHERE g.session = s.id AND g.ended_at IS NULL AND g.expires_at > $2 ORDER BY 1 LIMIT 20),
            EXISTS (SELECT FROM identity.grants g WHERE g.session = s.id AND g.id = $3)
        FROM identity.sessions s WHERE s.subject = $1 AND s.ended_at IS NULL AND s.expires_at > $2 ORDER BY s.began_at DESC
        """;

    /// <summary>The session whose cookie this is; null where it is of none that goes on.</summary>
    public async Task<Session?> FindAsync(string? cookie, CancellationToken cancellationToken)
    {
        if (OpaqueToken.PartitionOf(cookie) is null)
            return null;
        await using var command = Sql.Command(database, BySecret, Sql.Bytes(OpaqueToken.Hash(cookie!)), Sql.Time(time.GetUtcNow()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Session(reader.GetString(0), reader.GetString(1), reader.GetInt16(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5))
            : null;
    }

    /// <summary>A person's sessions, newest first; the one of the grant or with the id <paramref name="current"/> is marked.</summary>
    public async Task<List<SessionView>> ListAsync(string subject, string? current, CancellationToken cancellationToken)
    {
        var rows = new List<(SessionView View, byte[]? Agent)>();
        await using (var command = Sql.Command(database, OfSubject, Sql.Text(subject), Sql.Time(time.GetUtcNow()), Sql.Text(current)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetString(0);
                rows.Add((
                    new SessionView(
                        id, $"aal{reader.GetInt16(1)}", reader.GetFieldValue<string[]>(2), null, reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5),
                        reader.GetFieldValue<DateTimeOffset>(6), reader.GetFieldValue<string[]>(7), reader.GetBoolean(8) || id == current),
                    reader.Value<byte[]>(3)));
            }
        }

        var views = new List<SessionView>();
        foreach (var (view, agent) in rows)
            views.Add(agent is null ? view : view with { Agent = await accounts.RevealAsync(subject, PersonalFields.Agent, agent, cancellationToken) });
        return views;
    }
}

internal sealed record SessionView(
    string Id, string Acr, IReadOnlyList<string> Methods, string? Agent, DateTimeOffset BeganAt, DateTimeOffset SeenAt, DateTimeOffset ExpiresAt, IReadOnlyList<string> Clients, bool Current);
