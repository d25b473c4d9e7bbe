using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Credentials;

/// <summary><c>/identity/v1/issuer/keys</c>: the keys of this region's organisation. Another before its time; and one that was stolen is withdrawn, with all that it signed.</summary>
internal sealed class IssuerKeyEndpoints(IssuerKeys keys, Organisations organisations, ChangeKeys changeKeys, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/v1/issuer/keys", Refusals.Guard(ListAsync)).Requires("identity.issuer.read").Describe(Service, "The keys by which the region's organisation signs credentials", 200);
        routes.MapPost("/identity/v1/issuer/keys", Refusals.Guard(MakeAsync)).Requires("identity.issuer.change").TakesNothing().Describe(Service, "Makes the next key, which signs in an hour", 201, "application/json", 409, 429);
        routes.MapDelete("/identity/v1/issuer/keys/{id}", Refusals.Guard(WithdrawAsync)).Requires("identity.issuer.change").Describe(Service, "Withdraws a key that was stolen: what it signed is worth nothing any more", 204, null, 404);
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var (all, published) = (await keys.AllAsync(context.RequestAborted), (await keys.PublishedAsync(context.RequestAborted)).Select(static k => k.Id).ToHashSet(StringComparer.Ordinal));
        return Results.Json(new IssuerKeyPage(organisations.DidOf(organisations.Own), [.. all.Select(k => ViewOf(k, published))]), CredentialJson.Default.IssuerKeyPage);
    }

    private async Task<IResult> MakeAsync(HttpContext context)
    {
        if (organisations.DidOf(organisations.Own) is null)
            return CredentialRefusals.NoDid;
        if (await keys.MakeAsync(isDue: false, context.RequestAborted) is not { } key)
            return Refusals.Full($"{IssuerKeys.MostPublished} keys are published. Older ones leave by themselves, when nothing that they signed is valid any more.");
        return Results.Text(JsonSerializer.Serialize(ViewOf(key, [key.Id]), CredentialJson.Default.IssuerKeyView), "application/json", statusCode: 201);
    }

    private async Task<IResult> WithdrawAsync(HttpContext context)
    {
        var (id, caller) = ((string)context.Request.RouteValues["id"]!, context.Caller());
        return await keys.WithdrawAsync(id, changeKeys.Read(context, caller.Subject, []), caller.Subject, context.RequestAborted) is { } outcome ? ChangeHttp.ToResult(outcome) : Refusals.Unknown;
    }

    private IssuerKeyView ViewOf(IssuerKey key, HashSet<string> published) => new(
        key.Id, key.WithdrawnAt is not null ? "withdrawn" : !published.Contains(key.Id) ? "over" : key.SignsFrom > time.GetUtcNow() ? "next" : "published", key.CreatedAt, key.SignsFrom, key.WithdrawnAt);
}
