using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// Logs people in with a passkey alone: what they have, and what they are or know, which the authenticator checks; so it counts as both
/// factors. Nothing can be guessed here, so nothing is counted, and an address that waits after failed passwords doesn't hold it up. Thread-safe.
/// </summary>
internal sealed class PasskeyLogin(IJournal journal, PasskeyStore store, PasskeyVerifier verifier, PasskeyTaking taking, Ceremonies ceremonies, RelyingParty party, Login login, SessionBeginning sessions, TimeProvider time)
{
    /// <summary>Whether there can be passkeys.</summary>
    public bool IsPossible => party.Domain is not null;

    /// <summary>What to ask of whoever is there.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bond">A cookie of the browser; <see cref="AloneAsync"/> must come with it too.</param>
    public async Task<PasskeyAsked> AskAsync(HttpContext context, string bond)
    {
        var asked = await verifier.AskToUseAsync(context, null);
        return new PasskeyAsked(ceremonies.Seal(Ceremonies.ToLogIn, bond, null, asked.State), asked.Options);
    }

    /// <summary>What to ask of the person whose password was right; null where it has no passkey, or the login is over.</summary>
    public async Task<PasskeyAsked?> AskForSecondFactorAsync(HttpContext context, string challenge)
    {
        if (!IsPossible || await login.WhoseAsync(challenge, context.RequestAborted) is not { } subject || await store.OfAsync(subject, context.RequestAborted) is not { Count: > 0 } passkeys)
            return null;
        var asked = await verifier.AskToUseAsync(context, new PasskeyOwner(store.HandleOf(subject), [.. passkeys.Select(static p => p.ToInfo())]));
        return new PasskeyAsked(ceremonies.Seal(Ceremonies.AsSecondFactor, challenge, subject, asked.State), asked.Options);
    }

    /// <summary>The answer of an authenticator.</summary>
    public async Task<LoginOutcome> AloneAsync(HttpContext context, string bond, string? ceremony, string credential, string? agent)
    {
        if (ceremonies.Open(ceremony, Ceremonies.ToLogIn, bond) is not { } begun)
            return new LoginOutcome.Refused();
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        var (subject, methods) = await taking.TakeAsync(context, change, begun, credential, context.RequestAborted);
        if (methods is null || await AccountStore.LockAsync(change.Transaction, subject!, context.RequestAborted) is not { IsActive: true })
        {
            change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "login.failed", subject, ("step", "passkey")));
            await change.CommitAsync(new StoredAnswer(401), context.RequestAborted);
            return new LoginOutcome.Refused();
        }

        return await sessions.BeginAsync(change, subject!, 2, methods, agent, time.GetUtcNow(), context.RequestAborted);
    }
}
