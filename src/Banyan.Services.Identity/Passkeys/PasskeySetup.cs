using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// Makes, renames and removes a person's passkeys. To make or remove one asks for the password: whoever holds a stolen session
/// can't leave a way in, or take the person's. Thread-safe.
/// </summary>
internal sealed class PasskeySetup(
    IJournal journal, AccountStore accounts, Recheck recheck, PasskeyStore store, PasskeyVerifier verifier, Ceremonies ceremonies, RelyingParty party, Messages messages, TimeProvider time)
{
    /// <summary>Passkeys of one person.</summary>
    public const int Most = 10;
    public const int LongestName = 60;
    private const string Nameless = "Passkey";

    /// <summary>Whether there can be passkeys.</summary>
    public bool IsPossible => party.Domain is not null;

    /// <summary>What to ask of the authenticator; or the refusal.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subject">Whose passkey it will be.</param>
    /// <param name="bond">The session or grant by which the person asks; <see cref="FinishAsync"/> must come with it too.</param>
    /// <param name="password">The person's.</param>
    public async Task<(PasskeyAsked? Asked, IResult? Refusal)> BeginAsync(HttpContext context, string subject, string bond, string? password)
    {
        if (!IsPossible)
            return (null, Refusals.NoPasskeys);
        if (await accounts.FindAsync(subject, context.RequestAborted) is not { } account)
            return (null, Refusals.SignInNeeded);
        if (await recheck.PasswordAsync(context, account, password) is { } refusal)
            return (null, refusal);
        var passkeys = await store.OfAsync(subject, context.RequestAborted);
        if (passkeys.Count >= Most)
            return (null, Full);
        var (name, contacts) = await accounts.ReadPersonAsync(subject, context.RequestAborted);
        var address = contacts.Select(static c => c.Address).FirstOrDefault() ?? subject;
        var asked = await verifier.AskToMakeAsync(context, Owner(subject, passkeys), address, name ?? address);
        return (new PasskeyAsked(ceremonies.Seal(Ceremonies.ToMake, bond, subject, asked.State), asked.Options), null);
    }

    /// <summary>The passkey that the authenticator made; or the refusal. The person is told by a message.</summary>
    public async Task<(PasskeyView? Made, IResult? Refusal)> FinishAsync(HttpContext context, string subject, string bond, string? ceremony, string credential, string? name)
    {
        if (ceremonies.Open(ceremony, Ceremonies.ToMake, bond) is not { } begun || begun.Subject != subject)
            return (null, Refusals.PasskeyNotMade);
        if (ReadName(name) is not { } called)
            return (null, Refusals.Invalid([NameRule]));
        var now = time.GetUtcNow();
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (await AccountStore.LockAsync(change.Transaction, subject, context.RequestAborted) is not { IsActive: true })
            return (null, Refusals.SignInNeeded);
        if (!await Ceremonies.TakeAsync(change.Transaction, begun, context.RequestAborted))
            return (null, Refusals.PasskeyNotMade);
        var passkeys = await store.OfAsync(change.Transaction, subject, context.RequestAborted);
        if (passkeys.Count >= Most)
            return (null, Full);
        var made = await verifier.MadeAsync(context, Owner(subject, passkeys), begun.State, credential);
        var id = made is null ? null : await store.InsertAsync(change.Transaction, subject, made, called, now, context.RequestAborted);
        if (id is null)
        {
            change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "passkey.refused", subject));
            await change.CommitAsync(new StoredAnswer(422), context.RequestAborted);
            return (null, Refusals.PasskeyNotMade);
        }

        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "passkey.made", subject, ("passkey", id), ("synced", made!.IsBackupEligible ? "yes" : "no")));
        await TellAsync(change, subject, context.RequestAborted);
        await change.CommitAsync(new StoredAnswer(201), context.RequestAborted);
        return (new PasskeyView(id, called, made.IsBackupEligible, made.IsBackedUp, now, null, null), null);
    }

    /// <summary>Gives one another name; the refusal, or null.</summary>
    public async Task<IResult?> RenameAsync(HttpContext context, string subject, string id, string? name)
    {
        if (ReadName(name) is not { } called)
            return Refusals.Invalid([NameRule]);
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (!await store.RenameAsync(change.Transaction, subject, id, called, context.RequestAborted))
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "passkey.renamed", subject, ("passkey", id)));
        await change.CommitAsync(new StoredAnswer(204), context.RequestAborted);
        return null;
    }

    /// <summary>Removes one, with the password; the refusal, or null.</summary>
    public async Task<IResult?> RemoveAsync(HttpContext context, string subject, string id, string? password)
    {
        if (await accounts.FindAsync(subject, context.RequestAborted) is not { } account)
            return Refusals.SignInNeeded;
        if (await recheck.PasswordAsync(context, account, password) is { } refusal)
            return refusal;
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (!await PasskeyStore.RemoveAsync(change.Transaction, subject, id, context.RequestAborted))
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "passkey.removed", subject, ("passkey", id)));
        await change.CommitAsync(new StoredAnswer(204), context.RequestAborted);
        return null;
    }

    private static string NameRule => $"name has at most {LongestName} characters, and no control characters.";

    private static IResult Full => Refusals.Full($"You have {Most} passkeys; remove one that you don't use.");

    private PasskeyOwner Owner(string subject, IEnumerable<Passkey> passkeys) => new(store.HandleOf(subject), [.. passkeys.Select(static p => p.ToInfo())]);

    /// <summary>Null where it can't be a name.</summary>
    private static string? ReadName(string? name) => name?.Trim() switch
    {
        null or "" => Nameless,
        { Length: <= LongestName } text when !text.Any(char.IsControl) => text,
        _ => null,
    };

    /// <summary>Whoever did not make it must hear of it.</summary>
    private async Task TellAsync(ChangeSession change, string subject, CancellationToken cancellationToken)
    {
        var (_, contacts) = await accounts.ReadPersonAsync(subject, cancellationToken);
        foreach (var contact in contacts.Where(static c => c.IsConfirmed))
        {
            var (statement, waits) = await messages.MakeAsync(
                subject, new Identifier(contact.Kind, contact.Address), "A passkey was made for your account. If it was not you, set a new password, and remove it on your account page.", Messages.Lifetime, cancellationToken);
            await Sql.RunAsync(change.Transaction, [statement], cancellationToken);
            change.Append(waits);
        }
    }
}

/// <summary>What a browser needs for a ceremony.</summary>
/// <param name="Ceremony">To be brought back with the answer.</param>
/// <param name="Options">For <c>navigator.credentials</c>, as JSON.</param>
internal sealed record PasskeyAsked(string Ceremony, string Options);
