using Banyan.Cells;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>
/// Sets up and removes a person's authenticator. Setting up asks for the password, everything after that for a code; failures
/// are counted by person. Thread-safe.
/// </summary>
internal sealed class SecondFactorSetup(IJournal journal, AccountStore accounts, Recheck recheck, TotpStore store, CellContext cell, TimeProvider time)
{
    /// <summary>A secret that waits to be confirmed; or the refusal.</summary>
    public async Task<(SecretView? Secret, IResult? Refusal)> BeginAsync(HttpContext context, string subject, string? password)
    {
        if (await accounts.FindAsync(subject, context.RequestAborted) is not { } account)
            return (null, Refusals.SignInNeeded);
        if (await recheck.PasswordAsync(context, account, password) is { } refusal)
            return (null, refusal);
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (await store.BeginAsync(change.Transaction, account.Subject, context.RequestAborted) is not { } secret)
            return (null, Refusals.Conflict("An authenticator is set up; remove it first, with a code of it."));
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "second-factor.begun", account.Subject));
        await change.CommitAsync(new StoredAnswer(200), context.RequestAborted);
        var text = Base32.Encode(secret);
        var label = Uri.EscapeDataString(cell.Platform);
        return (new SecretView(text, $"otpauth://totp/{label}?secret={text}&issuer={label}"), null);
    }

    /// <summary>Turns it on, with a code of the secret that waits: recovery codes, shown once; or the refusal.</summary>
    public Task<(IReadOnlyList<string> Codes, IResult? Refusal)> ConfirmAsync(HttpContext context, string subject, string? code) =>
        WithCodeAsync(context, subject, code, "second-factor.on", isOn: false, static (change, who, cancellationToken) => TotpStore.RenewCodesAsync(change.Transaction, who, cancellationToken));

    /// <summary>Recovery codes in place of those before; or the refusal.</summary>
    public Task<(IReadOnlyList<string> Codes, IResult? Refusal)> RenewAsync(HttpContext context, string subject, string? code) =>
        WithCodeAsync(context, subject, code, "recovery-codes.renewed", isOn: true, static (change, who, cancellationToken) => TotpStore.RenewCodesAsync(change.Transaction, who, cancellationToken));

    /// <summary>Turns it off; or the refusal.</summary>
    public Task<(IReadOnlyList<string> Codes, IResult? Refusal)> RemoveAsync(HttpContext context, string subject, string? code) => WithCodeAsync(context, subject, code, "second-factor.off", isOn: true, static async (change, who, cancellationToken) =>
    {
        await TotpStore.RemoveAsync(change.Transaction, who, cancellationToken);
        return [];
    });

    private async Task<(IReadOnlyList<string> Codes, IResult? Refusal)> WithCodeAsync(
        HttpContext context, string subject, string? code, string what, bool isOn, Func<ChangeSession, string, CancellationToken, Task<IReadOnlyList<string>>> work)
    {
        var now = time.GetUtcNow();
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        var (failures, wait) = await recheck.LockAsync(change, subject, context.RequestAborted);
        if (wait is { } pause)
            return ([], Refusals.Locked(context, pause));
        var right = isOn
            ? await store.TakeAsync(change.Transaction, subject, code ?? "", now, context.RequestAborted) is not null
            : await store.ConfirmAsync(change.Transaction, subject, code ?? "", now, context.RequestAborted);
        if (!right)
        {
            await recheck.CountAsync(change, subject, failures, context.RequestAborted);
            return ([], Refusals.Code);
        }

        var codes = await work(change, subject, context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, what, subject));
        await change.CommitAsync(new StoredAnswer(200), context.RequestAborted);
        return (codes, null);
    }
}
