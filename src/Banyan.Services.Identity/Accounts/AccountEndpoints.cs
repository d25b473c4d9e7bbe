using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.SecondFactor;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Accounts;

/// <summary><c>/identity/v1/accounts</c>: one's own account, and what administrators change.</summary>
internal sealed class AccountEndpoints(
    IJournal journal, AccountStore accounts, PasswordHasher passwords, TotpStore secondFactors, SessionEnding ending, Recheck recheck, Forwarding forwarding, ChangeKeys keys, TimeProvider time)
{
    private const string UpdateAccount = "UPDATE identity.accounts SET roles = $2, state = $3 WHERE subject = $1";

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/v1/accounts/me", Refusals.Guard(forwarding.OfCaller(GetOwnAsync))).Requires("identity.account.read").OnOwnThings().Describe(Service, "One's own account", 200, "application/json", 401);
        routes.MapPut("/identity/v1/accounts/me/password", Refusals.Guard(forwarding.OfCaller(ChangePasswordAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.PasswordChange).Describe(Service, "Sets a new password, with the old one; ends every other session", 204, null, 401, 422);
        routes.MapGet("/identity/v1/accounts/{subject}", Refusals.Guard(forwarding.OfRoute("subject", GetAsync))).Requires("identity.people.read").Describe(Service, "An account, without what is personal", 200, "application/json", 404);
        routes.MapPatch("/identity/v1/accounts/{subject}", Refusals.Guard(forwarding.OfRoute("subject", ChangeAsync))).Requires("identity.people.change").WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.Change).Describe(Service, "Gives and takes roles; lets in or keeps out", 204, null, 404, 409, 422);
    }

    private async Task<IResult> GetOwnAsync(HttpContext context)
    {
        if (await accounts.FindAsync(context.Caller().Subject, context.RequestAborted) is not { } account)
            return Refusals.SignInNeeded;
        var (name, contacts) = await accounts.ReadPersonAsync(account.Subject, context.RequestAborted);
        var view = new AccountView(
            account.Subject, account.Kind, account.IsActive ? "active" : "disabled", account.Verification, account.Roles, name,
            [.. contacts.Select(static c => new ContactView(c.Kind, c.Address, c.IsConfirmed))], await secondFactors.IsOnAsync(account.Subject, context.RequestAborted));
        return Results.Json(view, AccountJson.Default.AccountView);
    }

    private async Task<IResult> GetAsync(HttpContext context) =>
        await accounts.FindAsync((string)context.Request.RouteValues["subject"]!, context.RequestAborted) is { } account
            ? Results.Json(new AccountView(account.Subject, account.Kind, account.IsActive ? "active" : "disabled", account.Verification, account.Roles, null, null, await secondFactors.IsOnAsync(account.Subject, context.RequestAborted)), AccountJson.Default.AccountView)
            : Refusals.Unknown;

    private async Task<IResult> ChangePasswordAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, AccountJson.Default.PasswordChange);
        var caller = context.Caller();
        if (PasswordRules.Check(request.Password ?? "") is { } weak)
            return Refusals.Invalid([weak]);
        if (await accounts.FindAsync(caller.Subject, context.RequestAborted) is not { } account)
            return Refusals.SignInNeeded;
        if (await recheck.PasswordAsync(context, account, request.Current) is { } refusal)
            return refusal;
        var hash = await passwords.HashAsync(request.Password!, context.RequestAborted);
        await using var session = await journal.BeginAsync(keys.Read(context, caller.Subject, body), context.RequestAborted);
        if (session.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        await Sql.RunAsync(session.Transaction, [AccountStore.SetPassword(account.Subject, hash, time.GetUtcNow())], context.RequestAborted);
        var ended = await ending.EndAllAsync(session, account.Subject, except: caller.Session, "password-changed", context.RequestAborted);
        session.Append(IdentityEvents.Of(IdentityTopics.Accounts, "password.changed", account.Subject, ("how", "own")));
        var outcome = await session.CommitAsync(new StoredAnswer(204), context.RequestAborted);
        await ending.PublishAsync(ended, context.RequestAborted);
        return ChangeHttp.ToResult(outcome);
    }

    private async Task<IResult> ChangeAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, AccountJson.Default.AccountChange);
        var caller = context.Caller();
        var problems = RoleNames.Check(request.Roles);
        if (request.State is not (null or "active" or "disabled"))
            problems.Add("state is active or disabled.");
        if (problems.Count > 0)
            return Refusals.Invalid(problems);
        var subject = (string)context.Request.RouteValues["subject"]!;
        if (subject == caller.Subject)
            return Refusals.Conflict("Nobody gives roles to themselves, or takes them; ask another administrator.");
        await using var session = await journal.BeginAsync(keys.Read(context, caller.Subject, body), context.RequestAborted);
        if (session.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await AccountStore.LockAsync(session.Transaction, subject, context.RequestAborted) is not { } account)
            return Refusals.Unknown;
        if (request.Roles is { Count: > 0 } && account.Kind != Account.Staff)
            return Refusals.Conflict("Only staff have roles: invite the person as staff.");
        var roles = request.Roles ?? account.Roles;
        if (!RoleNames.MayGive(caller, [.. roles, .. account.Roles]))
            return Refusals.NotYoursToGive;
        var state = request.State ?? (account.IsActive ? "active" : "disabled");
        await Sql.ExecuteAsync(session.Transaction, UpdateAccount, [Sql.Text(subject), Sql.Texts(roles), Sql.Text(state)], context.RequestAborted);
        // Tokens carry roles: those that were given out before end, and the next ones carry the new roles.
        var ended = await ending.EndAllAsync(session, subject, except: null, "account-changed", context.RequestAborted);
        session.Append(IdentityEvents.Of(IdentityTopics.Accounts, "account.changed", subject, ("by", caller.Subject), ("roles", string.Join(' ', roles)), ("state", state)));
        var outcome = await session.CommitAsync(new StoredAnswer(204), context.RequestAborted);
        await ending.PublishAsync(ended, context.RequestAborted);
        return ChangeHttp.ToResult(outcome);
    }
}
