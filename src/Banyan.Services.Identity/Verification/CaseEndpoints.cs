using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Identity.Verification;

/// <summary><c>/identity/v1/cases</c>: a person asks to be known better, and brings documents. One's own cases only.</summary>
internal sealed class CaseEndpoints(IJournal journal, CaseStore store, AccountStore accounts, IWatchList watchList, IKeyVault vault, Forwarding forwarding, ChangeKeys keys, TimeProvider time)
{
    private const int MostBytes = 2 * 1024 * 1024;
    private static readonly string[] Kinds = ["passport", "identity-card", "driving-licence", "proof-of-address", "proof-of-funds", "portrait"];
    private static readonly (string Type, byte[] Begin)[] Types = [("image/jpeg", [0xff, 0xd8, 0xff]), ("image/png", [0x89, 0x50, 0x4e, 0x47]), ("application/pdf", "%PDF-"u8.ToArray())];

    private const string InsertDocument = "INSERT INTO identity.documents (id, case_id, subject, kind, media_type, sealed, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private const string CountDocuments = "SELECT count(*) FROM identity.documents WHERE case_id = $1";
    private const string Withdraw = "UPDATE identity.cases SET state = 'withdrawn', decided_at = $2 WHERE id = $1";
    private const string DeleteDocuments = "DELETE FROM identity.documents WHERE case_id = $1";

    private static readonly JsonShape Shape = JsonShape.Object(
        ("level", JsonShape.Integer(2, VerificationRule.Highest)),
        ("name", JsonShape.Text(1_000, 1)),
        ("born", JsonShape.Text(10) with { Pattern = new TextPattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 1990-12-31") }),
        ("country", JsonShape.Text(2) with { Pattern = new TextPattern("[A-Z]{2}", "two capital letters (ISO 3166)") }));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/v1/verification/rule", ShowRule).OpenToAll().Describe(Service, "How well a person must be known before what", 200);
        routes.MapPost("/identity/v1/cases", Refusals.Guard(forwarding.OfCaller(OpenAsync))).Requires("identity.account.verify").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(Service, "Asks to be verified to a level", 201, "application/json", 409, 422);
        routes.MapGet("/identity/v1/cases", Refusals.Guard(forwarding.OfCaller(ListAsync))).Requires("identity.account.read").OnOwnThings().Describe(Service, "One's own cases", 200);
        routes.MapGet("/identity/v1/cases/{id:guid}", Refusals.Guard(forwarding.OfCaller(GetAsync))).Requires("identity.account.read").OnOwnThings().Describe(Service, "One of them", 200, "application/json", 404);
        routes.MapPost("/identity/v1/cases/{id:guid}/documents", Refusals.Guard(forwarding.OfCaller(AddDocumentAsync))).Requires("identity.account.verify").OnOwnThings().WithBodyLimit(MostBytes).TakesQuery(new QueryParameter("kind", QueryType.Text) { Required = true, OneOf = [.. Kinds] }).TakesBody([.. Types.Select(static t => t.Type)]).Describe(Service, "Adds a document: JPEG, PNG or PDF, up to 2 MiB", 201, "application/json", 404, 409, 422);
        routes.MapDelete("/identity/v1/cases/{id:guid}", Refusals.Guard(forwarding.OfCaller(WithdrawAsync))).Requires("identity.account.verify").OnOwnThings().Describe(Service, "Withdraws a case; its documents are deleted", 204, null, 404, 409);
    }

    private static Task ShowRule(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Json(new RuleView([new RuleLine("stake", VerificationRule.StakesAbove, "USD", VerificationRule.StakesLevel)]), CaseJson.Default.RuleView).ExecuteAsync(context);
    }

    private async Task<IResult> OpenAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, CaseJson.Default.CaseRequest);
        var (caller, now) = (context.Caller(), time.GetUtcNow());
        var problems = new List<string>();
        var name = PersonFields.ReadName(request.Name, problems);
        if (request.Level is not (2 or VerificationRule.Highest))
            problems.Add("level is 2 (documents) or 3 (in depth).");
        if (name is null)
            problems.Add("name is as your documents have it.");
        if (request.Born is not { } born || born.Year < 1880 || born > DateOnly.FromDateTime(now.UtcDateTime))
            problems.Add("born is a date such as 1990-12-31.");
        if (request.Country is not { Length: 2 } country || !country.All(char.IsAsciiLetterUpper))
            problems.Add("country is two capital letters (ISO 3166).");
        if (problems.Count > 0)
            return Refusals.Invalid(problems);
        if (await accounts.FindAsync(caller.Subject, context.RequestAborted) is not { } account)
            return Refusals.SignInNeeded;
        if (account.Verification >= request.Level)
            return Refusals.Conflict($"You are verified to level {account.Verification} already.");

        var id = Guid.CreateVersion7(now);
        var insert = await store.InsertAsync(id, caller.Subject, request.Level!.Value, new CaseDetails(name!, request.Born!.Value, request.Country!), watchList.Find(name!), now, context.RequestAborted);
        var view = new CaseView(id, request.Level.Value, "open", now, null, []);
        try
        {
            return ChangeHttp.ToResult(await journal.CommitAsync(
                new Change
                {
                    Key = keys.Read(context, caller.Subject, body),
                    Answer = new StoredAnswer(201, "application/json", JsonSerializer.SerializeToUtf8Bytes(view, CaseJson.Default.CaseView), $"/identity/v1/cases/{id}"),
                    Statements = [insert],
                    Events = [IdentityEvents.Of(IdentityTopics.Cases, "case.opened", caller.Subject, ("case", id.ToString()), ("level", $"{request.Level}"))],
                },
                context.RequestAborted));
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "cases_open" })
        {
            return Refusals.Conflict("A case of yours is open; add documents to it, or withdraw it.");
        }
    }

    private async Task<IResult> ListAsync(HttpContext context) =>
        Results.Json(new CasePage([.. (await store.ListOwnAsync(context.Caller().Subject, context.RequestAborted)).Select(static c => CaseView.Of(c, null))]), CaseJson.Default.CasePage);

    private async Task<IResult> GetAsync(HttpContext context) => await OwnAsync(context) is { } one
        ? Results.Json(CaseView.Of(one, await store.DocumentsAsync(one.Id, context.RequestAborted)), CaseJson.Default.CaseView)
        : Refusals.Unknown;

    private async Task<IResult> AddDocumentAsync(HttpContext context)
    {
        if (await OwnAsync(context) is not { } one)
            return Refusals.Unknown;
        var kind = context.Request.Query["kind"].ToString();
        if (!Kinds.Contains(kind))
            return Refusals.Invalid([$"the query must say kind: {string.Join(", ", Kinds)}."]);
        var bytes = await JsonBody.ReadBytesAsync(context);
        var type = Types.FirstOrDefault(t => bytes.AsSpan().StartsWith(t.Begin)).Type;
        if (type is null || context.Request.ContentType != type)
            return Refusals.Invalid(["the body is a JPEG, PNG or PDF, and Content-Type says which."]);
        var (caller, now) = (context.Caller(), time.GetUtcNow());
        var document = new DocumentView(Guid.CreateVersion7(now), kind, type, now);
        var sealedBytes = await vault.ProtectAsync(caller.Subject, PersonalFields.Document, bytes, context.RequestAborted);
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, bytes), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await CaseStore.LockAsync(change.Transaction, one.Id, context.RequestAborted) is not { IsOpen: true })
            return Refusals.Conflict("The case is closed.");
        await using (var count = Sql.Command(change.Transaction, CountDocuments, Sql.Uuid(one.Id)))
        {
            if ((long)(await count.ExecuteScalarAsync(context.RequestAborted))! >= CaseStore.MostDocuments)
                return Refusals.Full($"A case has {CaseStore.MostDocuments} documents at most.");
        }

        await Sql.ExecuteAsync(
            change.Transaction, InsertDocument,
            [Sql.Uuid(document.Id), Sql.Uuid(one.Id), Sql.Text(caller.Subject), Sql.Text(kind), Sql.Text(type), Sql.Bytes(sealedBytes), Sql.Time(now)], context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Cases, "document.added", one.Subject, ("case", one.Id.ToString()), ("document", document.Id.ToString()), ("kind", kind)));
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(201, "application/json", JsonSerializer.SerializeToUtf8Bytes(document, CaseJson.Default.DocumentView)), context.RequestAborted));
    }

    private async Task<IResult> WithdrawAsync(HttpContext context)
    {
        if (await OwnAsync(context) is not { } one)
            return Refusals.Unknown;
        await using var change = await journal.BeginAsync(keys.Read(context, context.Caller().Subject, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await CaseStore.LockAsync(change.Transaction, one.Id, context.RequestAborted) is not { IsOpen: true })
            return Refusals.Conflict("The case is closed.");
        await Sql.RunAsync(change.Transaction, [Sql.Statement(Withdraw, Sql.Uuid(one.Id), Sql.Time(time.GetUtcNow())), Sql.Statement(DeleteDocuments, Sql.Uuid(one.Id))], context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Cases, "case.withdrawn", one.Subject, ("case", one.Id.ToString())));
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(204), context.RequestAborted));
    }

    /// <summary>The case of the path, where it is the caller's; of others, it says the same as of none.</summary>
    private async Task<Case?> OwnAsync(HttpContext context) =>
        await store.FindAsync(Guid.Parse((string)context.Request.RouteValues["id"]!), context.RequestAborted) is { } one && one.Subject == context.Caller().Subject ? one : null;
}
