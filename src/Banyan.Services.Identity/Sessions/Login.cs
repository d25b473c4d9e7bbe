using Banyan.Cells;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.SecondFactor;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Banyan.Services.Identity.Sessions;

/// <summary>
/// Logs people in: an address and a password, then a code where the person has set that up. An address that nobody has
/// gets the same answers after the same work. Thread-safe.
/// </summary>
internal sealed class Login(
    IJournal journal, NpgsqlDataSource database, AccountStore accounts, LoginAttempts attempts, PasswordHasher passwords, TotpStore secondFactors, PasskeyTaking passkeys, Ceremonies ceremonies,
    SessionBeginning sessions, CellContext cell, TimeProvider time)
{
    private const int MostCodes = 5;
    private static readonly TimeSpan ChallengeLifetime = TimeSpan.FromMinutes(5);

    private const string InsertChallenge = "INSERT INTO identity.challenges (hash, subject, fingerprint, expires_at) VALUES ($1, $2, $3, $4)";
    private const string TryChallenge = "UPDATE identity.challenges SET attempts = attempts + 1 WHERE hash = $1 AND expires_at > $2 AND attempts < $3 RETURNING subject, fingerprint";
    private const string DeleteChallenge = "DELETE FROM identity.challenges WHERE hash = $1";
    private const string OfChallenge = "SELECT subject FROM identity.challenges WHERE hash = $1 AND expires_at > $2";

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
        {
            await LoginAttempts.ClearAsync(change.Transaction, fingerprint, cancellationToken);
            return await sessions.BeginAsync(change, account.Subject, 1, ["pwd"], agent, now, cancellationToken);
        }

        var challenge = OpaqueToken.Create(cell.Partition);
        await Sql.ExecuteAsync(change.Transaction, InsertChallenge, [Sql.Bytes(OpaqueToken.Hash(challenge)), Sql.Text(account.Subject), Sql.Bytes(fingerprint), Sql.Time(now + ChallengeLifetime)], cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "login.half", account.Subject));
        await change.CommitAsync(new StoredAnswer(202), cancellationToken);
        return new LoginOutcome.NeedsCode(challenge, now + ChallengeLifetime);
    }

    /// <summary>The second step: a code of the authenticator, or a recovery code. Failures count as those of passwords do.</summary>
    public Task<LoginOutcome> WithCodeAsync(string challenge, string code, string? agent, CancellationToken cancellationToken) => ContinueAsync(
        challenge, "code", agent, async (change, subject, now) => await secondFactors.TakeAsync(change.Transaction, subject, code, now, cancellationToken) is { } how ? [how] : null, cancellationToken);

    /// <summary>The second step with a passkey of the same person. Failures count as well.</summary>
    public Task<LoginOutcome> WithPasskeyAsync(HttpContext context, string challenge, string? ceremony, string credential, string? agent, CancellationToken cancellationToken) => ContinueAsync(
        challenge, "passkey", agent,
        async (change, subject, _) => ceremonies.Open(ceremony, Ceremonies.AsSecondFactor, challenge) is { } begun && begun.Subject == subject
            ? (await passkeys.TakeAsync(context, change, begun, credential, cancellationToken)).Methods
            : null,
        cancellationToken);

    /// <summary>Whose login waits for its second step; null where none does.</summary>
    public async Task<string?> WhoseAsync(string challenge, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, OfChallenge, Sql.Bytes(OpaqueToken.Hash(challenge)), Sql.Time(time.GetUtcNow()));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private async Task<LoginOutcome> ContinueAsync(
        string challenge, string step, string? agent, Func<ChangeSession, string, DateTimeOffset, Task<string[]?>> takeAsync, CancellationToken cancellationToken)
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
        var how = await takeAsync(change, subject, now);
        if (how is null || await AccountStore.LockAsync(change.Transaction, subject, cancellationToken) is not { IsActive: true })
        {
            await attempts.CountAsync(change.Transaction, fingerprint, failures, now, cancellationToken);
            change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "login.failed", subject, ("step", step)));
            await change.CommitAsync(new StoredAnswer(401), cancellationToken);
            return new LoginOutcome.Refused();
        }

        await Sql.ExecuteAsync(change.Transaction, DeleteChallenge, [Sql.Bytes(hash)], cancellationToken);
        await LoginAttempts.ClearAsync(change.Transaction, fingerprint, cancellationToken);
        return await sessions.BeginAsync(change, subject, 2, ["pwd", .. how], agent, now, cancellationToken);
    }
}
