using Banyan.Cells;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Sessions;
using Npgsql;

namespace Banyan.Services.Identity.Accounts;

/// <summary>
/// Registering, and a new password for whoever forgot the old one: in two steps, with a code between them that is sent to
/// the address. The first step says the same of every address, known or not. Thread-safe.
/// </summary>
internal sealed class Registration(IJournal journal, Confirmations confirmations, AccountStore accounts, HomeFinder finder, CellContext cell, PasswordHasher passwords, SessionEnding ending, IKeyVault vault, TimeProvider time)
{
    private const string Unmake = "DELETE FROM identity.accounts WHERE subject = $1";
    private const string ClearAttempts = "DELETE FROM identity.attempts WHERE fingerprint = $1";

    /// <summary>What came of a first step: what is needed beside the code, or what was wrong.</summary>
    public sealed record Asked(ConfirmationNeeded? Needed, IReadOnlyList<string> Problems);

    public async Task<Asked> RegisterAsync(RegistrationRequest request, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var identifier = PersonFields.ReadIdentifier(request.Identifier, problems);
        var name = PersonFields.ReadName(request.Name, problems);
        PersonFields.CheckPassword(request.Password, request.Identifier, problems);
        if (problems.Count > 0)
            return new Asked(null, problems);
        var home = await finder.FindAsync(accounts.Fingerprint(identifier!), cancellationToken);
        var hash = await passwords.HashAsync(request.Password!, cancellationToken);
        return await AskAsync(Confirmations.Register, identifier!, name, hash, home.IsKnown && home.Partition != cell.Partition, cancellationToken);
    }

    public async Task<Asked> AskForResetAsync(ResetRequest request, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        return PersonFields.ReadIdentifier(request.Identifier, problems) is { } identifier ? await AskAsync(Confirmations.Reset, identifier, null, null, isElsewhere: false, cancellationToken) : new Asked(null, problems);
    }

    /// <summary>Makes the account; its subject, or null where the code confirms nothing, or the address was registered in another region meanwhile.</summary>
    public async Task<string?> ConfirmAsync(ConfirmationRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var change = await journal.BeginAsync(null, cancellationToken);
        if (await confirmations.TakeAsync(change, Confirmations.Register, request.Confirmation ?? "", request.Code ?? "", cancellationToken) is not { } confirmed)
        {
            await RefuseAsync(change, cancellationToken);
            return null;
        }

        var account = new Account(confirmed.Subject, Account.Resident, true, 1, [], confirmed.Password!);
        try
        {
            await Sql.RunAsync(change.Transaction, AccountStore.Insert(account, confirmed.Name, confirmed.Fingerprint, confirmed.Kind, confirmed.Sealed, now, now), cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null; // the address was asked for twice, and the other one was confirmed first
        }

        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "account.made", account.Subject, ("kind", account.Kind)));
        await change.CommitAsync(new StoredAnswer(201), cancellationToken);

        // Registered meanwhile in another region? Each asks after its own commit, so of two at the same moment one sees the other, or both do.
        // Whoever sees the other gives way: there are never two, perhaps none, and whoever asks anew is told. An answer that nobody waits for any more is asked for all the same.
        if (!await finder.IsElsewhereAsync(confirmed.Fingerprint, CancellationToken.None))
            return account.Subject;
        await UnmakeAsync(account.Subject);
        return null;
    }

    /// <summary>Takes back an account that nobody was told of yet.</summary>
    private async Task UnmakeAsync(string subject)
    {
        await using (var change = await journal.BeginAsync(null, CancellationToken.None))
        {
            await Sql.ExecuteAsync(change.Transaction, Unmake, [Sql.Text(subject)], CancellationToken.None);
            change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "account.unmade", subject, ("why", "elsewhere")));
            await change.CommitAsync(new StoredAnswer(422), CancellationToken.None);
        }

        await vault.ShredAsync(subject, CancellationToken.None);
    }

    /// <summary>Sets the new password, ends every session; null, or what was wrong.</summary>
    public async Task<string?> ConfirmResetAsync(ConfirmationRequest request, CancellationToken cancellationToken)
    {
        if (PasswordRules.Check(request.Password ?? "") is { } weak)
            return weak;
        var hash = await passwords.HashAsync(request.Password!, cancellationToken);
        await using var change = await journal.BeginAsync(null, cancellationToken);
        if (await confirmations.TakeAsync(change, Confirmations.Reset, request.Confirmation ?? "", request.Code ?? "", cancellationToken) is not { } confirmed)
        {
            await RefuseAsync(change, cancellationToken);
            return "The code is not right, was used, or is too old. Ask for a new one.";
        }

        await Sql.RunAsync(change.Transaction, [AccountStore.SetPassword(confirmed.Subject, hash, time.GetUtcNow()), Sql.Statement(ClearAttempts, Sql.Bytes(confirmed.Fingerprint))], cancellationToken);
        var ended = await ending.EndAllAsync(change, confirmed.Subject, except: null, "password-reset", cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "password.changed", confirmed.Subject, ("how", "reset")));
        await change.CommitAsync(new StoredAnswer(204), cancellationToken);
        await ending.PublishAsync(ended, cancellationToken);
        return null;
    }

    private async Task<Asked> AskAsync(string purpose, Identifier identifier, string? name, string? hash, bool isElsewhere, CancellationToken cancellationToken)
    {
        await using var change = await journal.BeginAsync(null, cancellationToken);
        var needed = await confirmations.AskAsync(change, purpose, identifier, name, hash, isElsewhere, cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, $"{purpose}.asked", null, ("kind", identifier.Kind)));
        await change.CommitAsync(new StoredAnswer(202), cancellationToken);
        return new Asked(needed, []);
    }

    /// <summary>The attempt stays counted although nothing was confirmed.</summary>
    private static async Task RefuseAsync(ChangeSession change, CancellationToken cancellationToken)
    {
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "code.refused", null));
        await change.CommitAsync(new StoredAnswer(422), cancellationToken);
    }
}
