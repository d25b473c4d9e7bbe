using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// <c>/identity/v1/credentials</c>: a person whose documents were checked gets that in a form that others can check. Bound to a key of
/// the person's own where it proves that it has one; else to none, and short-lived. One's own only. An answer that holds a credential is not
/// stored with an idempotency key: it is asked for again by its id.
/// </summary>
internal sealed class CredentialEndpoints(
    IJournal journal, CredentialStore store, CredentialText text, Organisations organisations, HolderProof proofs, AccountStore personal, IdentitySettings settings, Forwarding forwarding, ChangeKeys keys, TimeProvider time)
{
    /// <summary>Credentials of a person that are valid at once.</summary>
    public const int MostLive = 20;

    private static readonly JsonShape Shape = JsonShape.Object(("proof?", JsonShape.Text(HolderProof.Longest, 1).OrNull()));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/credentials/challenges", Refusals.Guard(forwarding.OfCaller(ChallengeAsync))).Requires("identity.account.verify").OnOwnThings().TakesNothing().Describe(Service, "A nonce for a wallet's proof of its key", 200);
        routes.MapPost("/identity/v1/credentials", Refusals.Guard(forwarding.OfCaller(IssueAsync))).Requires("identity.account.verify").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(Service, "Issues a credential of how well one is known", 201, "application/json", 409, 422, 429);
        routes.MapGet("/identity/v1/credentials", Refusals.Guard(forwarding.OfCaller(ListAsync))).Requires("identity.account.read").OnOwnThings().Describe(Service, "One's own credentials", 200);
        routes.MapGet("/identity/v1/credentials/{id:guid}", Refusals.Guard(forwarding.OfCaller(GetAsync))).Requires("identity.account.read").OnOwnThings().Describe(Service, "One of them, signed anew", 200, "application/json", 404, 409);
        routes.MapDelete("/identity/v1/credentials/{id:guid}", Refusals.Guard(forwarding.OfCaller(RevokeAsync))).Requires("identity.account.verify").OnOwnThings().Describe(Service, "Revokes one of them", 204, null, 404);
    }

    private Task<IResult> ChallengeAsync(HttpContext context)
    {
        var (nonce, ends) = proofs.Challenge(context.Caller().Subject);
        return Task.FromResult(Results.Json(new ChallengeView(nonce, proofs.Audience, ends), CredentialJson.Default.ChallengeView));
    }

    private async Task<IResult> IssueAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, CredentialJson.Default.CredentialRequest);
        var (caller, now) = (context.Caller(), time.GetUtcNow());
        if (organisations.DidOf(organisations.Own) is null)
            return CredentialRefusals.NoDid;
        string? holder = null;
        if (request.Proof is { } proof && (holder = proofs.Check(proof, caller.Subject, out var problem)) is null)
            return Refusals.Invalid([$"proof {problem}"]);
        var sealedHolder = holder is null ? null : await personal.SealAsync(caller.Subject, PersonalFields.Holder, holder, context.RequestAborted);
        await text.KeyIdAsync(context.RequestAborted); // the key is made in a change of its own
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, body), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await AccountStore.LockAsync(change.Transaction, caller.Subject, context.RequestAborted) is not { IsActive: true } account)
            return Refusals.SignInNeeded;
        if (account.Verification < 2 || await CredentialStore.ReachedAsync(change.Transaction, caller.Subject, account.Verification, context.RequestAborted) is not { } reached)
            return Refusals.Conflict("No case of yours was decided: ask to be verified first (POST /identity/v1/cases).");
        if (await CredentialStore.CountLiveAsync(change.Transaction, caller.Subject, now, context.RequestAborted) >= MostLive)
            return Refusals.Full($"{MostLive} credentials of yours are valid. Revoke those that you don't need.");
        var status = await StatusLists.TakeAsync(change.Transaction, context.RequestAborted);
        var one = new IssuedCredential(Guid.CreateVersion7(now), caller.Subject, reached.Level, reached.At, sealedHolder, status.List, status.Entry, now, now + (holder is null ? settings.UnboundLifetime : settings.CredentialLifetime), null, null);
        await CredentialStore.InsertAsync(change.Transaction, one, context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Issued, "credential.issued", caller.Subject, ("credential", one.Id.ToString()), ("level", one.Level.ToString(CultureInfo.InvariantCulture)), ("bound", holder is null ? "no" : "yes")));
        var credential = await text.LevelAsync(one, holder, context.RequestAborted);
        var outcome = await change.CommitAsync(new StoredAnswer(201, "application/json", Bytes(one, null, null), $"/identity/v1/credentials/{one.Id}"), context.RequestAborted);
        return ChangeHttp.ToResult(outcome.Result == ChangeResult.Committed ? outcome with { Answer = outcome.Answer! with { Body = Bytes(one, holder, credential) } } : outcome);
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var views = new List<CredentialView>();
        foreach (var one in await store.ListAsync(context.Caller().Subject, context.RequestAborted))
            views.Add(ViewOf(one, await HolderOfAsync(one, context.RequestAborted), null));
        return Results.Json(new CredentialPage(views), CredentialJson.Default.CredentialPage);
    }

    private async Task<IResult> GetAsync(HttpContext context)
    {
        if (await store.FindAsync(context.Caller().Subject, Id(context), context.RequestAborted) is not { } one)
            return Refusals.Unknown;
        if (one.StateAt(time.GetUtcNow()) != "valid")
            return CredentialRefusals.Over;
        var holder = await HolderOfAsync(one, context.RequestAborted);
        return Results.Json(ViewOf(one, holder, await text.LevelAsync(one, holder, context.RequestAborted)), CredentialJson.Default.CredentialView);
    }

    private async Task<IResult> RevokeAsync(HttpContext context)
    {
        var (caller, id) = (context.Caller(), Id(context));
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (!await CredentialStore.RevokeAsync(change.Transaction, caller.Subject, id, "own", time.GetUtcNow(), context.RequestAborted))
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Issued, "credential.revoked", caller.Subject, ("credential", id.ToString()), ("why", "own")));
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(204), context.RequestAborted));
    }

    private async Task<string?> HolderOfAsync(IssuedCredential one, CancellationToken cancellationToken) =>
        one.Holder is null ? null : await personal.RevealAsync(one.Subject, PersonalFields.Holder, one.Holder, cancellationToken);

    private byte[] Bytes(IssuedCredential one, string? holder, string? credential) => JsonSerializer.SerializeToUtf8Bytes(ViewOf(one, holder, credential), CredentialJson.Default.CredentialView);

    private CredentialView ViewOf(IssuedCredential one, string? holder, string? credential) => new(
        one.Id, one.Level, one.VerifiedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), holder, one.StateAt(time.GetUtcNow()), one.IssuedAt, one.ExpiresAt, one.RevokedAt, one.RevokedFor, credential);

    private static Guid Id(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["id"]!);
}
