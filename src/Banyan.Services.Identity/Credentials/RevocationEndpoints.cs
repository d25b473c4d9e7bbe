using System.Globalization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Identity.Elsewhere;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Credentials;

/// <summary><c>/identity/v1/accounts/{subject}/credentials</c>: the staff sees what was issued to a person, and revokes it. Never the credential itself, nor the person's key.</summary>
internal sealed class RevocationEndpoints(IJournal journal, CredentialStore store, Forwarding forwarding, ChangeKeys keys, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/v1/accounts/{subject}/credentials", Refusals.Guard(forwarding.OfRoute("subject", ListAsync))).Requires("identity.credentials.read").Describe(Service, "What was issued to a person", 200);
        routes.MapDelete("/identity/v1/accounts/{subject}/credentials/{id:guid}", Refusals.Guard(forwarding.OfRoute("subject", RevokeAsync))).Requires("identity.credentials.revoke").Describe(Service, "Revokes a person's credential", 204, null, 404, 409);
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var now = time.GetUtcNow();
        var all = await store.ListAsync((string)context.Request.RouteValues["subject"]!, context.RequestAborted);
        return Results.Json(
            new CredentialPage([.. all.Select(c => new CredentialView(c.Id, c.Level, c.VerifiedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), null, c.StateAt(now), c.IssuedAt, c.ExpiresAt, c.RevokedAt, c.RevokedFor, null))]),
            CredentialJson.Default.CredentialPage);
    }

    private async Task<IResult> RevokeAsync(HttpContext context)
    {
        var (caller, subject, id) = (context.Caller(), (string)context.Request.RouteValues["subject"]!, Guid.Parse((string)context.Request.RouteValues["id"]!));
        if (subject == caller.Subject)
            return Refusals.Conflict("Your own is revoked at /identity/v1/credentials.");
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (!await CredentialStore.RevokeAsync(change.Transaction, subject, id, "staff", time.GetUtcNow(), context.RequestAborted))
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Issued, "credential.revoked", subject, ("credential", id.ToString()), ("by", caller.Subject), ("why", "staff")));
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(204), context.RequestAborted));
    }
}
