using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Passwords;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Sessions;

/// <summary>
/// Asks a person who is logged in for the password or a code again, before what matters changes. Failures are counted by
/// person, as those of logins are by address: whoever holds a stolen token can't guess either.
/// </summary>
internal sealed class Recheck(IJournal journal, LoginAttempts attempts, PasswordHasher passwords, IKeyVault vault, TimeProvider time)
{
    /// <summary>Null where it is the password, else the refusal.</summary>
    public async Task<IResult?> PasswordAsync(HttpContext context, Account account, string? password)
    {
        if (await attempts.FindWaitAsync(Fingerprint(account.Subject), time.GetUtcNow(), context.RequestAborted) is { } already)
            return Refusals.Locked(context, already);
        var match = await passwords.CompareAsync(password is { Length: <= PasswordRules.Longest } ? password : "", account.Password, context.RequestAborted);
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        var (failures, wait) = await LockAsync(change, account.Subject, context.RequestAborted);
        if (wait is { } pause)
            return Refusals.Locked(context, pause);
        if (match != PasswordMatch.Wrong)
            return null;
        await CountAsync(change, account.Subject, failures, context.RequestAborted);
        return Refusals.Login;
    }

    /// <summary>Takes the person's count to the end of the change.</summary>
    public Task<(int Failures, TimeSpan? Wait)> LockAsync(ChangeSession change, string subject, CancellationToken cancellationToken) =>
        LoginAttempts.LockAsync(change.Transaction, Fingerprint(subject), time.GetUtcNow(), cancellationToken);

    /// <summary>Counts a failure and commits.</summary>
    public async Task CountAsync(ChangeSession change, string subject, int failuresBefore, CancellationToken cancellationToken)
    {
        await attempts.CountAsync(change.Transaction, Fingerprint(subject), failuresBefore, time.GetUtcNow(), cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "recheck.failed", subject));
        await change.CommitAsync(new StoredAnswer(401), cancellationToken);
    }

    private byte[] Fingerprint(string subject) => vault.Fingerprint("identity.subject", subject);
}
