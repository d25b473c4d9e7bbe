using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Identity.Verification;

/// <summary><c>/identity/v1/case-files</c>: the staff looks at cases and decides; two of them where much depends on it. The vault notes who looked, before anything is shown.</summary>
internal sealed class CaseDecisions(IJournal journal, CaseStore store, IKeyVault vault, ChangeKeys keys, TimeProvider time)
{
    private const int LongestReason = 2000;
    private const int PageSize = 100;
    private const string InsertDecision = "INSERT INTO identity.decisions (case_id, officer, verdict, reason, at) VALUES ($1, $2, $3, $4, $5)";
    private const string CountApprovals = "SELECT count(*) FROM identity.decisions WHERE case_id = $1 AND verdict = 'approve'";
    private const string Close = "UPDATE identity.cases SET state = $2, decided_at = $3 WHERE id = $1";
    private const string Verify = "UPDATE identity.accounts SET verification = greatest(verification, $2) WHERE subject = $1";
    private static readonly JsonShape Shape = JsonShape.Object(("verdict", JsonShape.Word("approve", "decline")), ("reason", JsonShape.Text(LongestReason, 1)));
    private static readonly string[] States = ["open", "approved", "declined", "withdrawn", "reversed"];

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/v1/case-files", Refusals.Guard(ListAsync)).Requires("identity.cases.read").TakesQuery(new("state", QueryType.Text) { OneOf = [.. States] }, new("after", QueryType.Id)).Describe(Service, "Cases by state, oldest first, without what is personal", 200, "application/json", 422);
        routes.MapGet("/identity/v1/case-files/{id:guid}", Refusals.Guard(GetAsync)).Requires("identity.cases.read").Describe(Service, "A case; that you looked is recorded", 200, "application/json", 404);
        routes.MapGet("/identity/v1/case-files/{id:guid}/documents/{document:guid}", Refusals.Guard(GetDocumentAsync)).Requires("identity.cases.read").Describe(Service, "A document; that you looked is recorded", 200, "application/octet-stream", 404);
        routes.MapPost("/identity/v1/case-files/{id:guid}/decisions", Refusals.Guard(DecideAsync)).Requires("identity.cases.decide").WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(Service, "Decides; level 3 and hits of the watch list need two people", 200, "application/json", 404, 409, 422);
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var state = context.Request.Query["state"].ToString() is { Length: > 0 } given ? given : "open";
        Guid? after = Guid.TryParse(context.Request.Query["after"], out var id) ? id : null;
        if (!States.Contains(state))
            return Refusals.Invalid([$"state is one of {string.Join(", ", States)}."]);
        var cases = await store.ListAsync(state, after, PageSize, context.RequestAborted);
        return Results.Json(
            new CaseLines(cases.Count == PageSize ? cases[^1].Id : null, [.. cases.Select(static c => new CaseLine(c.Id, c.Subject, c.Level, c.State, c.IsHit, c.OpenedAt))]), CaseJson.Default.CaseLines);
    }

    private async Task<IResult> GetAsync(HttpContext context)
    {
        if (await store.FindAsync(Id(context), context.RequestAborted) is not { } one)
            return Refusals.Unknown;
        return Results.Json(await store.OpenAsync(one, context.RequestAborted), CaseJson.Default.CaseFile);
    }

    private async Task<IResult> GetDocumentAsync(HttpContext context)
    {
        var document = Guid.Parse((string)context.Request.RouteValues["document"]!);
        if (await store.FindAsync(Id(context), context.RequestAborted) is not { } one || await store.DocumentAsync(one.Id, document, context.RequestAborted) is not { } found)
            return Refusals.Unknown;
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'"; // what a stranger sent is never run here
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{document}\"";
        return Results.Bytes(found.Bytes, found.MediaType);
    }

    private async Task<IResult> DecideAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, CaseJson.Default.DecisionRequest);
        var problems = new List<string>();
        if (request.Verdict is not ("approve" or "decline"))
            problems.Add("verdict is approve or decline.");
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > LongestReason)
            problems.Add($"reason has 1 to {LongestReason} characters.");
        if (problems.Count > 0)
            return Refusals.Invalid(problems);
        var (caller, now) = (context.Caller(), time.GetUtcNow());
        if (await store.FindAsync(Id(context), context.RequestAborted) is not { } known)
            return Refusals.Unknown;
        if (known.Subject == caller.Subject)
            return Refusals.Conflict("Nobody decides on themselves.");
        var reason = await vault.ProtectAsync(known.Subject, PersonalFields.Reason, Encoding.UTF8.GetBytes(request.Reason!), context.RequestAborted);
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, body), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await CaseStore.LockAsync(change.Transaction, known.Id, context.RequestAborted) is not { IsOpen: true } one)
            return Refusals.Conflict("The case is closed.");
        try
        {
            await Sql.ExecuteAsync(change.Transaction, InsertDecision, [Sql.Uuid(one.Id), Sql.Text(caller.Subject), Sql.Text(request.Verdict), Sql.Bytes(reason), Sql.Time(now)], context.RequestAborted);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Refusals.Conflict("You decided on this case before; another officer has to.");
        }

        var state = await StateAsync(change, one, request.Verdict!, context.RequestAborted);
        if (state != "open")
            await Sql.ExecuteAsync(change.Transaction, Close, [Sql.Uuid(one.Id), Sql.Text(state), Sql.Time(now)], context.RequestAborted);
        if (state == "approved")
        {
            await Sql.ExecuteAsync(change.Transaction, Verify, [Sql.Text(one.Subject), Sql.Small(one.Level)], context.RequestAborted);
            change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "account.verified", one.Subject, ("level", $"{one.Level}"), ("case", one.Id.ToString())));
        }

        change.Append(IdentityEvents.Of(IdentityTopics.Cases, "case.decided", one.Subject, ("case", one.Id.ToString()), ("by", caller.Subject), ("verdict", request.Verdict), ("state", state)));
        var answer = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(CaseView.Of(one with { State = state, DecidedAt = state == "open" ? null : now }, null), CaseJson.Default.CaseView);
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(200, "application/json", answer), context.RequestAborted));
    }

    private static async Task<string> StateAsync(ChangeSession change, Case one, string verdict, CancellationToken cancellationToken)
    {
        if (verdict == "decline")
            return "declined";
        await using var count = Sql.Command(change.Transaction, CountApprovals, Sql.Uuid(one.Id));
        return (long)(await count.ExecuteScalarAsync(cancellationToken))! >= VerificationRule.Approvals(one.Level, one.IsHit) ? "approved" : "open";
    }

    private static Guid Id(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["id"]!);
}
