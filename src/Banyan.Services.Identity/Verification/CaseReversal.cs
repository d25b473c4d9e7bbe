using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Credentials;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Verification;

/// <summary>
/// <c>/identity/v1/case-files/{id}/reversal</c>: an approval turned out to be wrong. The level falls to what the person's other cases say,
/// credentials that say more are revoked, and tokens that carry the level end, in one change. It takes one officer: it is the careful way.
/// </summary>
internal sealed class CaseReversal(IJournal journal, CaseStore store, IKeyVault vault, SessionEnding ending, ChangeKeys keys, TimeProvider time)
{
    private const int LongestReason = 2000;
    private const string Reverse = "UPDATE identity.cases SET state = 'reversed', reversed_by = $2, reversed_at = $3, reversal = $4 WHERE id = $1 AND state = 'approved'";
    private const string Lower = """
        UPDATE identity.accounts SET verification = least(verification, greatest(1, (SELECT coalesce(max(level), 1) FROM identity.cases WHERE subject = $1 AND state = 'approved')))
        WHERE subject = $1 RETURNING verification
        """;
    private static readonly JsonShape Shape = JsonShape.Object(("reason", JsonShape.Text(LongestReason, 1)));

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/identity/v1/case-files/{id:guid}/reversal", Refusals.Guard(ReverseAsync)).Requires("identity.cases.decide").WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(IdentityService.ServiceName, "Reverses an approval that was wrong; revokes what was issued by it", 200, "application/json", 404, 409, 422);

    private async Task<IResult> ReverseAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, CaseJson.Default.ReversalRequest);
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > LongestReason)
            return Refusals.Invalid([$"reason has 1 to {LongestReason} characters."]);
        var (caller, now, id) = (context.Caller(), time.GetUtcNow(), Guid.Parse((string)context.Request.RouteValues["id"]!));
        if (await store.FindAsync(id, context.RequestAborted) is not { } known)
            return Refusals.Unknown;
        if (known.Subject == caller.Subject)
            return Refusals.Conflict("Nobody decides on themselves.");
        var reason = await vault.ProtectAsync(known.Subject, PersonalFields.Reason, Encoding.UTF8.GetBytes(request.Reason), context.RequestAborted);
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, body), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        await AccountStore.LockAsync(change.Transaction, known.Subject, context.RequestAborted); // as when a credential is issued: the two take turns
        if (await Sql.ExecuteAsync(change.Transaction, Reverse, [Sql.Uuid(id), Sql.Text(caller.Subject), Sql.Time(now), Sql.Bytes(reason)], context.RequestAborted) == 0)
            return Refusals.Conflict("The case is not approved, so there is nothing to reverse.");
        int level;
        await using (var lower = Sql.Command(change.Transaction, Lower, Sql.Text(known.Subject)))
            level = (short)(await lower.ExecuteScalarAsync(context.RequestAborted))!;
        var revoked = await CredentialStore.RevokeAboveAsync(change.Transaction, known.Subject, level, "case-reversed", now, context.RequestAborted);
        var ended = await ending.EndAllAsync(change, known.Subject, except: null, "case-reversed", context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Cases, "case.reversed", known.Subject, ("case", id.ToString()), ("by", caller.Subject), ("level", level.ToString(CultureInfo.InvariantCulture))));
        foreach (var credential in revoked)
            change.Append(IdentityEvents.Of(IdentityTopics.Issued, "credential.revoked", known.Subject, ("credential", credential.ToString()), ("by", caller.Subject), ("why", "case-reversed")));
        var answer = JsonSerializer.SerializeToUtf8Bytes(new ReversalView(id, "reversed", level, revoked.Count), CaseJson.Default.ReversalView);
        var outcome = await change.CommitAsync(new StoredAnswer(200, "application/json", answer), context.RequestAborted);
        await ending.PublishAsync(ended, context.RequestAborted);
        return ChangeHttp.ToResult(outcome);
    }
}
