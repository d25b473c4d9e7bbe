using Banyan.Cells;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Sessions;
using Banyan.Services.Identity.Tokens;
using Npgsql;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>What people let clients do: consents, grants, codes and refresh tokens. Statements only; the changes are their callers'.</summary>
internal sealed class GrantStore(NpgsqlDataSource database, IdentitySettings settings, CellContext cell)
{
    /// <summary>RFC 6749, section 4.1.2, recommends ten minutes at most; clients need seconds.</summary>
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromSeconds(60);

    private const string SelectConsent = "SELECT scopes FROM identity.consents WHERE subject = $1 AND client = $2";
    private const string PutConsent = "INSERT INTO identity.consents (subject, client, scopes, given_at) VALUES ($1, $2, $3, $4) ON CONFLICT (subject, client) DO UPDATE SET scopes = $3, given_at = $4";
    private const string InsertGrant = "INSERT INTO identity.grants (id, client, subject, session, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private const string InsertCode = "INSERT INTO identity.codes (hash, grant_id, redirect, challenge, nonce, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    private const string SeeSession = "UPDATE identity.sessions SET seen_at = $2 WHERE id = $1";
    private const string GrantColumns = """
        g.id, g.client, g.subject, g.scopes, g.expires_at, g.ended_at, s.id, s.assurance, s.methods, s.began_at, s.expires_at
        """;
    private const string LockCode = $"""
        SELECT {GrantColumns}, c.redirect, c.challenge, c.nonce, c.expires_at, c.used_at
        FROM identity.codes c JOIN identity.grants g ON g.id = c.grant_id JOIN identity.sessions s ON s.id = g.session WHERE c.hash = $1 FOR UPDATE OF c, g
        """;
    private const string UseCode = "UPDATE identity.codes SET used_at = $2 WHERE hash = $1";
    private const string LockRefresh = $"""
        SELECT {GrantColumns}, r.expires_at, r.used_at, r.void
        FROM identity.refresh_tokens r JOIN identity.grants g ON g.id = r.grant_id JOIN identity.sessions s ON s.id = g.session WHERE r.hash = $1 FOR UPDATE OF r, g
        """;
    private const string SelectSuccessor = "SELECT hash, used_at FROM identity.refresh_tokens WHERE grant_id = $1 AND replaces = $2 AND NOT void";
    private const string UseRefresh = "UPDATE identity.refresh_tokens SET used_at = $2 WHERE hash = $1";
    private const string VoidRefresh = "UPDATE identity.refresh_tokens SET void = true WHERE hash = $1";
    private const string InsertRefresh = "INSERT INTO identity.refresh_tokens (hash, grant_id, replaces, expires_at) VALUES ($1, $2, $3, $4)";
    private const string SelectGrantOfRefresh = "SELECT g.id, g.client, g.subject, g.scopes, least(r.expires_at, g.expires_at), g.ended_at IS NULL AND r.used_at IS NULL AND NOT r.void FROM identity.refresh_tokens r JOIN identity.grants g ON g.id = r.grant_id WHERE r.hash = $1";
    private const string SelectGrant = "SELECT id, client, subject, scopes, expires_at, ended_at IS NULL FROM identity.grants WHERE id = $1";

    /// <summary>Whether the person has let the client do all of this before.</summary>
    public async Task<bool> IsConsentedAsync(string subject, string client, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectConsent, Sql.Text(subject), Sql.Text(client));
        return await command.ExecuteScalarAsync(cancellationToken) is string[] given && scopes.All(given.Contains);
    }

    public static NpgsqlBatchCommand Consent(string subject, string client, IReadOnlyList<string> scopes, DateTimeOffset now) =>
        Sql.Statement(PutConsent, Sql.Text(subject), Sql.Text(client), Sql.Texts(scopes), Sql.Time(now));

    /// <summary>A grant with its code, which is returned.</summary>
    public (string Grant, string Code, IReadOnlyList<NpgsqlBatchCommand> Statements) Grant(AuthorizationRequest request, Session session, DateTimeOffset now)
    {
        var (id, code) = (OpaqueToken.CreateId(cell.Partition), OpaqueToken.Create(cell.Partition));
        var ends = request.Scopes.Contains(Scope.Offline) ? now + settings.GrantLifetime : session.ExpiresAt;
        return (id, code, [
            Sql.Statement(InsertGrant, Sql.Text(id), Sql.Text(request.Client.Id), Sql.Text(session.Subject), Sql.Text(session.Id), Sql.Texts(request.Scopes), Sql.Time(now), Sql.Time(ends)),
            Sql.Statement(InsertCode, Sql.Bytes(OpaqueToken.Hash(code)), Sql.Text(id), Sql.Text(request.Redirect), Sql.Text(request.Challenge), Sql.Text(request.Nonce), Sql.Time(now + CodeLifetime)),
            Sql.Statement(SeeSession, Sql.Text(session.Id), Sql.Time(now)),
        ]);
    }

    /// <summary>A code with its grant, locked to the end of the transaction; null where there is none.</summary>
    public static async Task<CodeRow?> LockCodeAsync(NpgsqlTransaction transaction, string code, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, LockCode, Sql.Bytes(OpaqueToken.Hash(code)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new CodeRow(ReadGrant(reader), reader.GetString(11), reader.GetString(12), reader.Value<string>(13), reader.GetFieldValue<DateTimeOffset>(14), reader.Moment(15) is not null)
            : null;
    }

    public static Task UseCodeAsync(NpgsqlTransaction transaction, string code, DateTimeOffset now, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(transaction, UseCode, [Sql.Bytes(OpaqueToken.Hash(code)), Sql.Time(now)], cancellationToken);

    /// <summary>A refresh token with its grant and the one that came in its place, locked to the end of the transaction.</summary>
    public static async Task<RefreshRow?> LockRefreshAsync(NpgsqlTransaction transaction, string token, CancellationToken cancellationToken)
    {
        var hash = OpaqueToken.Hash(token);
        RefreshRow row;
        await using (var command = Sql.Command(transaction, LockRefresh, Sql.Bytes(hash)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            row = new RefreshRow(ReadGrant(reader), reader.GetFieldValue<DateTimeOffset>(11), reader.Moment(12), reader.GetBoolean(13), null, false);
        }

        // A statement of its own: while the lock was waited for, another request may have made the successor.
        await using var find = Sql.Command(transaction, SelectSuccessor, Sql.Text(row.Grant.Id), Sql.Bytes(hash));
        await using var found = await find.ExecuteReaderAsync(cancellationToken);
        return await found.ReadAsync(cancellationToken) ? row with { Successor = found.GetFieldValue<byte[]>(0), IsSuccessorUsed = found.Moment(1) is not null } : row;
    }

    /// <summary>Uses up a refresh token and makes the next; <paramref name="lost"/>: the successor whose answer was lost, void from now on.</summary>
    public async Task<string> RotateAsync(NpgsqlTransaction transaction, string token, byte[]? lost, GrantRow grant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = OpaqueToken.Hash(token);
        var statements = new List<NpgsqlBatchCommand> { Sql.Statement(UseRefresh, Sql.Bytes(hash), Sql.Time(now)), Sql.Statement(SeeSession, Sql.Text(grant.Session.Id), Sql.Time(now)) };
        if (lost is not null)
            statements.Add(Sql.Statement(VoidRefresh, Sql.Bytes(lost)));
        await Sql.RunAsync(transaction, statements, cancellationToken);
        return await MakeRefreshAsync(transaction, grant, hash, now, cancellationToken);
    }

    public async Task<string> MakeRefreshAsync(NpgsqlTransaction transaction, GrantRow grant, byte[]? replaces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var token = OpaqueToken.Create(cell.Partition);
        var idle = now + settings.RefreshIdle;
        await Sql.ExecuteAsync(transaction, InsertRefresh, [Sql.Bytes(OpaqueToken.Hash(token)), Sql.Text(grant.Id), Sql.Bytes(replaces), Sql.Time(idle < grant.ExpiresAt ? idle : grant.ExpiresAt)], cancellationToken);
        return token;
    }

    /// <summary>What a refresh token stands for.</summary>
    public Task<TokenState?> FindByRefreshAsync(string token, CancellationToken cancellationToken) => FindAsync(SelectGrantOfRefresh, Sql.Bytes(OpaqueToken.Hash(token)), cancellationToken);

    /// <summary>What an access token stands for.</summary>
    public Task<TokenState?> FindGrantAsync(string id, CancellationToken cancellationToken) => FindAsync(SelectGrant, Sql.Text(id), cancellationToken);

    private async Task<TokenState?> FindAsync(string query, NpgsqlParameter parameter, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, query, parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TokenState(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetBoolean(5))
            : null;
    }

    private static GrantRow ReadGrant(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.Moment(5) is not null,
        new Session(reader.GetString(6), reader.GetString(2), reader.GetInt16(7), reader.GetFieldValue<string[]>(8), reader.GetFieldValue<DateTimeOffset>(9), reader.GetFieldValue<DateTimeOffset>(10)));
}

/// <summary>A grant, and the session in which it was given.</summary>
internal sealed record GrantRow(string Id, string Client, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, bool HasEnded, Session Session);

internal sealed record CodeRow(GrantRow Grant, string Redirect, string Challenge, string? Nonce, DateTimeOffset ExpiresAt, bool IsUsed);

/// <param name="Successor">The hash of the token that came in its place, where one did and is not void.</param>
/// <param name="IsSuccessorUsed">Whether that one was used: then its answer arrived.</param>
internal sealed record RefreshRow(GrantRow Grant, DateTimeOffset ExpiresAt, DateTimeOffset? UsedAt, bool IsVoid, byte[]? Successor, bool IsSuccessorUsed);

internal sealed record TokenState(string Grant, string Client, string Subject, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, bool IsActive);
