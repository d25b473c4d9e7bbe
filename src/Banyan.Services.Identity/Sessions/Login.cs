using Banyan.Cells;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.SecondFactor;
using Banyan.Services.Identity.Tokens;
using Npgsql;

namespace Banyan.Services.Identity.Sessions;

/// <summary>
/// Logs people in: an address and a password, then a code where the person has set that up. An address that nobody has
/// gets the same answers after the same work. Thread-safe.
/// </summary>
internal sealed class Login(
    IJournal journal, AccountStore accounts, LoginAttempts attempts, PasswordHasher passwords, TotpStore secondFactors, SessionEnding ending,
    IdentitySettings settings, CellContext cell, TimeProvider time)
{
    private const int MostCodes = 5;
    private const int MostSessions = 50;
    private const int LongestAgent = 300;
    private static readonly TimeSpan ChallengeLifetime = TimeSpan.FromMinutes(5);

    private const string InsertChallenge = "INSERT INTO identity.challenges (hash, subject, fingerprint, expires_at) VALUES ($1, $2, $3, $4)";
    private const string TryChallenge = "UPDATE identity.challenges SET attempts = attempts + 1 WHERE hash = $1 AND expires_at > $2 AND attempts < $3 RETURNING subject, fingerprint";
    private const string DeleteChallenge = "DELETE FROM identity.challenges WHERE hash = $1";
    private const string InsertSession = "INSERT INTO identity.sessions (id, subject, secret, assurance, methods, agent, began_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    private const string SelectOldest = "SELECT id FROM identity.sessions WHERE subject = $1 AND ended_at IS NULL ORDER BY began_at DESC OFFSET $2";

    /// <summary>The first step, and the only one of people without a second factor.</summary>
    /// <exception cref="HashingBusyException">Too many log in at once.</exception>
    public async Task<LoginOutcome> WithPasswordAsync(Identifier identifier, string password, string? agent, CancellationToken cancellationToken)
    {
        var fingerprint = accounts.Fingerprint(identifier);
        if (await attempts.FindWaitAsync(fingerprint, time.GetUtcNow(), cancellationToken) is { } already)
            return new LoginOutcome.Locked(already);
        var account = await accounts.FindAsync(fingerprint, cancellationToken);
        var match = await passwords.CompareAsync(password.Length <= PasswordRules.Longest ? password : "", account?.Password, cancellationToken);
        var anew = match == PasswordMatch.RightButOld ? await passwords.HashAsync(password, cancellationToken) : null;

        var now = time.GetUtcNow();
        await using var change = await journal.BeginAsync(null, cancellationToken);
        var (failures, wait) = await LoginAttempts.LockAsync(change.Transaction, fingerprint, now, cancellationToken);
        if (wait is { } pause)
            return new LoginOutcome.Locked(pause);
        if (match == PasswordMatch.Wrong || account is not { IsActive: true })
        {
            await attempts.CountAsync(change.Transaction, fingerprint, failures, now, cancellationToken);
            change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "login.failed", account?.Subject, ("step", "password")));
            await change.CommitAsync(new StoredAnswer(401), cancellationToken);
            return new LoginOutcome.Refused();
        }

        if (anew is not null)
        {
            await Sql.RunAsync(change.Transaction, [AccountStore.SetPassword(account.Subject, anew, now)], cancellationToken);
            change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "password.rehashed", account.Subject));
        }

        if (!await TotpStore.IsOnAsync(change.Transaction, account.Subject, cancellationToken))
            return await BeginAsync(change, account.Subject, fingerprint, 1, ["pwd"], agent, now, cancellationToken);

        var challenge = OpaqueToken.Create(cell.Partition);
        await Sql.ExecuteAsync(change.Transaction, InsertChallenge, [Sql.Bytes(OpaqueToken.Hash(challenge)), Sql.Text(account.Subject), Sql.Bytes(fingerprint), Sql.Time(now + ChallengeLifetime)], cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "login.half", account.Subject));
        await change.CommitAsync(new StoredAnswer(202), cancellationToken);
        return new LoginOutcome.NeedsCode(challenge, now + ChallengeLifetime);
    }

    /// <summary>The second step: a code of the authenticator, or a recovery code. Failures count as those of passwords do.</summary>
    public async Task<LoginOutcome> WithCodeAsync(string challenge, string code, string? agent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var hash = OpaqueToken.Hash(challenge);
        await using var change = await journal.BeginAsync(null, cancellationToken);
        string subject;
        byte[] fingerprint;
        await using (var command = Sql.Command(change.Transaction, TryChallenge, Sql.Bytes(hash), Sql.Time(now), Sql.Number(MostCodes)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return new LoginOutcome.Refused();
            (subject, fingerprint) = (reader.GetString(0), reader.GetFieldValue<byte[]>(1));
        }

        var (failures, wait) = await LoginAttempts.LockAsync(change.Transaction, fingerprint, now, cancellationToken);
        if (wait is { } pause)
            return new LoginOutcome.Locked(pause);
        var how = await secondFactors.TakeAsync(change.Transaction, subject, code, now, cancellationToken);
        if (how is null || await AccountStore.LockAsync(change.Transaction, subject, cancellationToken) is not { IsActive: true })
        {
            await attempts.CountAsync(change.Transaction, fingerprint, failures, now, cancellationToken);
            change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "login.failed", subject, ("step", "code")));
            await change.CommitAsync(new StoredAnswer(401), cancellationToken);
            return new LoginOutcome.Refused();
        }

        await Sql.ExecuteAsync(change.Transaction, DeleteChallenge, [Sql.Bytes(hash)], cancellationToken);
        return await BeginAsync(change, subject, fingerprint, 2, ["pwd", how], agent, now, cancellationToken);
    }

    private async Task<LoginOutcome> BeginAsync(ChangeSession change, string subject, byte[] fingerprint, int assurance, string[] methods, string? agent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var cookie = OpaqueToken.Create(cell.Partition);
        var session = new Session(OpaqueToken.CreateId(cell.Partition), subject, assurance, methods, now, now + settings.SessionLifetime);
        var name = string.IsNullOrWhiteSpace(agent) ? null : await accounts.SealAsync(subject, PersonalFields.Agent, agent.Length <= LongestAgent ? agent : agent[..LongestAgent], cancellationToken);
        await LoginAttempts.ClearAsync(change.Transaction, fingerprint, cancellationToken);
        await Sql.ExecuteAsync(
            change.Transaction, InsertSession,
            [
                Sql.Text(session.Id), Sql.Text(subject), Sql.Bytes(OpaqueToken.Hash(cookie)), Sql.Small(assurance), Sql.Texts(methods), Sql.Bytes(name), Sql.Time(now), Sql.Time(session.ExpiresAt),
            ],
            cancellationToken);
        var ended = new List<string>();
        foreach (var old in await OldestAsync(change.Transaction, subject, cancellationToken))
            ended.AddRange(await ending.EndOneAsync(change, old, subject, "too-many", cancellationToken) ?? []);
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "session.began", subject, ("session", session.Id), ("acr", session.Acr)));
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
