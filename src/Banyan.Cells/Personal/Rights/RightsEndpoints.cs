using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Peers;
using Banyan.Cells.Personal.Access;
using Banyan.Cells.Personal.Elsewhere;
using Banyan.Cells.Residency;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Personal.Rights;

/// <summary>
/// <c>/personal/v1/me/…</c>: what a person does about itself; <c>/personal/v1/subjects/{subject}/…</c>: what staff and machines do
/// about a person, who must say what for, and may from its jurisdiction only.
/// </summary>
internal sealed class RightsEndpoints(RightsWork work, RequestRows requests, AccessRows accesses, AccessNotes notes, PersonExport export, PersonCorrection correction, ExportElsewhere elsewhere, IPartitionPeers peers, ResidencyGate residency, CellContext cell)
{
    private const string Tag = PersonalService.ServiceName;
    private const int BodyLimit = 64 * 1024;
    private const int MaxDetails = 4_000;
    private const int MaxListed = 100;
    private static readonly JsonShape CorrectionShape = JsonShape.Object(("field", JsonShape.Text(IKeyVault.MaxNameLength)), ("value", JsonShape.Text(BodyLimit)));
    private static readonly JsonShape DeletionShape = JsonShape.Object(("confirm", JsonShape.Text(IKeyVault.MaxNameLength)));
    private static readonly JsonShape RequestShape = JsonShape.Object(("kind", JsonShape.Word("export", "correction", "deletion")), ("details?", JsonShape.Text(MaxDetails).OrNull()));
    private static readonly TimeSpan ExportLimit = TimeSpan.FromMinutes(5);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/personal/v1/me/exports", c => OwnAsync(c, ExportAsync)).Requires("personal.own.export").OnOwnThings().TakesNothing().WithTimeLimit(ExportLimit).Describe(Tag, "Everything that is held on you, as one JSON document", 200, "application/json", 401, 403);
        routes.MapPost("/personal/v1/me/corrections", c => OwnAsync(c, CorrectAsync)).Requires("personal.own.correct").OnOwnThings().TakesJson(CorrectionShape).WithBodyLimit(BodyLimit).Describe(Tag, "Corrects a value that is held on you", 200, "application/json", 400, 401, 403, 404);
        routes.MapPost("/personal/v1/me/deletions", c => OwnAsync(c, DeleteAsync)).Requires("personal.own.delete").OnOwnThings().TakesJson(DeletionShape).WithBodyLimit(BodyLimit).Describe(Tag, "Deletes all that is held on you, for ever", 202, "application/json", 400, 401, 403);
        routes.MapPost("/personal/v1/me/requests", c => OwnAsync(c, AskAsync)).Requires("personal.own.ask").OnOwnThings().TakesJson(RequestShape).WithBodyLimit(BodyLimit).Describe(Tag, "Asks staff for an export, a correction or a deletion", 202, "application/json", 400, 401, 403, 429);
        routes.MapGet("/personal/v1/me/requests", c => OwnAsync(c, ListAsync)).Requires("personal.own.read").OnOwnThings().Describe(Tag, "What you have asked for, and what became of it", 200, "application/json", 401, 403);
        routes.MapGet("/personal/v1/me/accesses", c => OwnAsync(c, ListAccessesAsync)).Requires("personal.own.read").OnOwnThings().TakesQuery(new QueryParameter("before", QueryType.Id)).Describe(Tag, "Who looked at your data, when, and what for", 200, "application/json", 400, 401, 403);

        routes.MapPost("/personal/v1/subjects/{subject}/exports", c => OthersAsync(c, ExportAsync)).Requires("personal.subjects.export").OwnedBy("subject").TakesNothing().WithTimeLimit(ExportLimit).Describe(Tag, "Everything that is held on a person", 200, "application/json", 400, 401, 403);
        routes.MapPost("/personal/v1/subjects/{subject}/corrections", c => OthersAsync(c, CorrectAsync)).Requires("personal.subjects.correct").OwnedBy("subject").TakesJson(CorrectionShape).WithBodyLimit(BodyLimit).Describe(Tag, "Corrects a value that is held on a person", 200, "application/json", 400, 401, 403, 404);
        routes.MapPost("/personal/v1/subjects/{subject}/deletions", c => OthersAsync(c, DeleteAsync)).Requires("personal.subjects.delete").OwnedBy("subject").TakesJson(DeletionShape).WithBodyLimit(BodyLimit).Describe(Tag, "Deletes all that is held on a person, for ever", 202, "application/json", 400, 401, 403);
        routes.MapPost("/personal/v1/subjects/{subject}/requests", c => OthersAsync(c, AskAsync)).Requires("personal.subjects.ask").OwnedBy("subject").TakesJson(RequestShape).WithBodyLimit(BodyLimit).Describe(Tag, "Notes what a person asked for by other ways, with its deadline", 202, "application/json", 400, 401, 403, 429);
        routes.MapGet("/personal/v1/requests", ListOpenAsync).Requires("personal.requests.read").Describe(Tag, "What persons asked for and is not done, the most urgent first", 200, "application/json", 401, 403);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string title, string? detail = null) => Problem.Create(status, code, title, detail).ExecuteAsync(context);

    private static Task UnknownAsync(HttpContext context) => RefuseAsync(context, StatusCodes.Status401Unauthorized, "unauthenticated", "Who asks is not known", "Send a token or a key.");

    /// <summary>About the caller itself: whatever the path or the body says, it is the caller's subject that counts.</summary>
    private Task OwnAsync(HttpContext context, Func<HttpContext, Asker, Task> act) => context.Caller() switch
    {
        { Kind: CallerKind.Resident or CallerKind.Staff, Home: { } home } when IsElsewhere(context, home) => PassOnAsync(context, home),
        { Kind: CallerKind.Resident or CallerKind.Staff, Subject.Length: > 0 } caller => act(context, new Asker(caller.Subject, caller)),
        { Kind: CallerKind.Anonymous } => UnknownAsync(context),
        _ => RefuseAsync(context, StatusCodes.Status403Forbidden, "forbidden", "Not allowed", "This is for persons, about themselves."),
    };

    /// <summary>Whether a request is another partition's to answer, and did not come from a cell.</summary>
    private bool IsElsewhere(HttpContext context, string? home) => home is not null && home != cell.Partition && peers.Partitions.Contains(home) && !context.WasPassedOn();

    private async Task PassOnAsync(HttpContext context, string home)
    {
        var body = await context.KeepBodyAsync();
        await (await peers.PassOnAsync(context, home, body)).ExecuteAsync(context);
    }

    /// <summary>About somebody else: staff and machines, with a purpose, from the same jurisdiction; noted before anything is shown or done.</summary>
    private async Task OthersAsync(HttpContext context, Func<HttpContext, Asker, Task> act)
    {
        var caller = context.Caller();
        if (caller.Kind == CallerKind.Anonymous)
        {
            await UnknownAsync(context);
            return;
        }

        if (caller.Kind is not (CallerKind.Staff or CallerKind.Machine) || caller.Subject.Length == 0)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "forbidden", "Not allowed", "This is for staff; about yourself, use /personal/v1/me.");
            return;
        }

        var subject = (string)context.GetRouteValue("subject")!;
        if (PartitionNames.HomeOf(subject, peers) is { } home && IsElsewhere(context, home))
        {
            await PassOnAsync(context, home);
            return;
        }

        if (!residency.MayHaveAll(caller.Home))
        {
            await residency.Refuse(caller.Home, "personal data").ExecuteAsync(context);
            return;
        }

        if (subject.Length > IKeyVault.MaxNameLength || subject.Contains('\0', StringComparison.Ordinal))
            throw new BadHttpRequestException($"A subject has 1 to {IKeyVault.MaxNameLength} characters.");
        _ = AccessPurpose.Read(context.Request);
        await notes.BeforeRevealAsync(subject, context.RequestAborted);
        await act(context, new Asker(subject, caller));
    }

    private async Task ExportAsync(HttpContext context, Asker asker)
    {
        var outcome = await work.BeginExportAsync(asker, ChangeHttp.ReadKey(context.Request, asker.By.Subject, []), context.RequestAborted);
        if (outcome.Result == ChangeResult.KeyReused)
        {
            await ChangeHttp.ToResult(outcome).ExecuteAsync(context);
            return;
        }

        var response = context.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = "attachment; filename=\"personal-data.json\"";
        ChangeHttp.WriteReceipts(response, outcome);
        await export.WriteAsync(response.Body, asker.Subject, outcome.Receipts[0], json => elsewhere.WriteAsync(json, context), context.RequestAborted);
    }

    private async Task CorrectAsync(HttpContext context, Asker asker)
    {
        var (key, body) = await ReadAsync(context, asker, PersonalJson.Default.CorrectionBody);
        if (body.Field is null || correction.Find(body.Field) is not var (table, column))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "correction-unknown", "Nothing is corrected by this name", $"field must be one of: {(correction.Names.Count == 0 ? "none; ask staff by /personal/v1/me/requests" : string.Join(", ", correction.Names))}.");
            return;
        }

        if (body.Value is not { } value || value.Length > column.MaxLength || value.Contains('\0', StringComparison.Ordinal))
            throw new BadHttpRequestException($"value must be text of at most {column.MaxLength} characters.");
        if (await work.CorrectAsync(asker, table, column, value, key, context.RequestAborted) is { } outcome)
            await ChangeHttp.ToResult(outcome).ExecuteAsync(context);
        else
            await RefuseAsync(context, StatusCodes.Status404NotFound, "correction-nothing", "Nothing of it is held", "No row of the person has this field.");
    }

    private async Task DeleteAsync(HttpContext context, Asker asker)
    {
        var (key, body) = await ReadAsync(context, asker, PersonalJson.Default.DeletionBody);
        if (body.Confirm != asker.Subject)
            throw new BadHttpRequestException("confirm must be the subject whose data is deleted: it can't be undone.");
        await ChangeHttp.ToResult(await work.DeleteAsync(asker, key, context.RequestAborted)).ExecuteAsync(context);
    }

    private async Task AskAsync(HttpContext context, Asker asker)
    {
        var (key, body) = await ReadAsync(context, asker, PersonalJson.Default.RequestBody);
        if (body.Kind is not ("export" or "correction" or "deletion"))
            throw new BadHttpRequestException("kind must be export, correction or deletion.");
        if (body.Details is { } details && (details.Length > MaxDetails || details.Contains('\0', StringComparison.Ordinal)))
            throw new BadHttpRequestException($"details must have at most {MaxDetails} characters.");
        if (await work.AskAsync(asker, body.Kind, body.Details, key, context.RequestAborted) is { } outcome)
            await ChangeHttp.ToResult(outcome).ExecuteAsync(context);
        else
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "requests-open", "Too many requests are open", $"{RightsWork.MostOpen} wait to be done; wait until one is.");
    }

    private async Task ListAsync(HttpContext context, Asker asker) => await Listed("requests", await requests.ListAsync(asker.Subject, MaxListed, context.RequestAborted), WriteRequest).ExecuteAsync(context);

    private async Task ListOpenAsync(HttpContext context)
    {
        var caller = context.Caller();
        if (caller.Kind == CallerKind.Anonymous)
            await UnknownAsync(context);
        else if (caller.Kind != CallerKind.Staff)
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "forbidden", "Not allowed", "This is for staff.");
        else if (!residency.MayHaveAll(caller.Home))
            await residency.Refuse(caller.Home, "personal data").ExecuteAsync(context);
        else
            await Listed("requests", await requests.ListOpenAsync(MaxListed, context.RequestAborted), WriteOpen).ExecuteAsync(context);

        static void WriteOpen(Utf8JsonWriter json, RightsRequest request)
        {
            json.WriteString("subject"u8, request.Subject);
            WriteRequest(json, request);
        }
    }

    private async Task ListAccessesAsync(HttpContext context, Asker asker)
    {
        Guid? before = null;
        if (context.Request.Query["before"] is [{ } text])
            before = Guid.TryParse(text, out var id) ? id : throw new BadHttpRequestException("before must be the id of an access.");
        await Listed("accesses", await accesses.ListAsync(asker.Subject, before, MaxListed, context.RequestAborted), static (json, access) =>
        {
            json.WriteString("id"u8, access.Id);
            json.WriteString("looked_at"u8, access.LookedAt);
            json.WriteString("by_kind"u8, access.ByKind);
            json.WriteString("by"u8, access.By);
            json.WriteString("action"u8, access.Action);
            json.WriteString("purpose"u8, access.Purpose);
        }).ExecuteAsync(context);
    }

    private static void WriteRequest(Utf8JsonWriter json, RightsRequest request)
    {
        json.WriteString("id"u8, request.Id);
        json.WriteString("kind"u8, request.Kind);
        json.WriteString("state"u8, request.State);
        json.WriteString("asked_at"u8, request.AskedAt);
        json.WriteString("due_at"u8, request.DueAt);
        if (request.DoneAt is { } done)
            json.WriteString("done_at"u8, done);
        if (request.MissedAt is { } missed)
            json.WriteString("missed_at"u8, missed);
        if (request.WaitsFor.Count == 0)
            return;
        json.WriteStartArray("waits_for"u8);
        foreach (var partition in request.WaitsFor)
            json.WriteStringValue(partition);
        json.WriteEndArray();
    }

    private static JsonAnswer Listed<T>(string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write) => JsonAnswer.Of(json =>
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static async Task<(IdempotencyKey? Key, T Body)> ReadAsync<T>(HttpContext context, Asker asker, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        // Not the reader's own words: they may quote personal data.
        var body = TryParse(bytes.ToArray(), type) ?? throw new BadHttpRequestException("The body must be a JSON object, as the endpoint's description says.");
        return (ChangeHttp.ReadKey(context.Request, asker.By.Subject, bytes.ToArray()), body);
    }

    private static T? TryParse<T>(byte[] bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
