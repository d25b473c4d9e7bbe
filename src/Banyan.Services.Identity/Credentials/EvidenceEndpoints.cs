using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Journal.Log.Integrating;
using Banyan.Services.Identity.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// <c>/identity/v1/evidence</c>: what came of a drill, as a credential of the region's organisation, by the receipt of the journal entry
/// that holds it. The cell reads the entry itself: nobody can have it attest something that is not in the journal.
/// </summary>
internal sealed class EvidenceEndpoints(IServiceProvider services, IJournal journal, NpgsqlDataSource database, CredentialText text, Organisations organisations, IdentitySettings settings, ChangeKeys keys, TimeProvider time)
{
    private const string Columns = "id, receipt, claims, list, entry, issued_at, expires_at, revoked_at";
    private const string SelectAll = $"SELECT {Columns} FROM identity.evidence ORDER BY id DESC LIMIT 500";
    private const string SelectOne = $"SELECT {Columns} FROM identity.evidence WHERE id = $1";
    private const string SelectLive = $"SELECT {Columns} FROM identity.evidence WHERE receipt = $1 AND revoked_at IS NULL";
    private const string Insert = "INSERT INTO identity.evidence (id, receipt, claims, list, entry, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private const string Revoke = "UPDATE identity.evidence SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";

    private static readonly JsonShape Shape = JsonShape.Object(("receipt", JsonShape.Id));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/evidence", Refusals.Guard(IssueAsync)).Requires("identity.evidence.issue").WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(Service, "Issues a credential of what came of a drill; the one that was issued before, where one was", 201, "application/json", 404, 409);
        routes.MapGet("/identity/v1/evidence", Refusals.Guard(ListAsync)).Requires("identity.evidence.read").Describe(Service, "Credentials of drills, newest first", 200);
        routes.MapGet("/identity/v1/evidence/{id:guid}", Refusals.Guard(GetAsync)).Requires("identity.evidence.read").Describe(Service, "One of them, signed anew", 200, "application/json", 404, 409);
        routes.MapDelete("/identity/v1/evidence/{id:guid}", Refusals.Guard(RevokeAsync)).Requires("identity.evidence.revoke").Describe(Service, "Revokes one of them", 204, null, 404);
    }

    private async Task<IResult> IssueAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, CredentialJson.Default.EvidenceRequest);
        if (request.Receipt is not { } receipt)
            return Refusals.Invalid(["receipt is the id of a journal entry."]);
        if (organisations.DidOf(organisations.Own) is null)
            return CredentialRefusals.NoDid;
        if (await journal.FindAsync(receipt, context.RequestAborted) is not { } entry || !EvidenceClaims.IsEvidence(entry))
            return Refusals.Unknown;
        var log = services.GetService<LogStatus>();
        if (log is not null && !(log.View.Published is { } checkpoint && checkpoint.Checkpoint.Size >= entry.Position))
        {
            context.Response.Headers.RetryAfter = "1";
            return Refusals.Conflict("The entry is not in a published checkpoint of the log yet. Try again in a second.");
        }

        await text.KeyIdAsync(context.RequestAborted); // the key is made in a change of its own
        var (now, by) = (time.GetUtcNow(), context.Caller().Subject);
        await using var change = await journal.BeginAsync(keys.Read(context, by, body), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await FirstAsync(Sql.Command(change.Transaction, SelectLive, Sql.Uuid(receipt)), context.RequestAborted) is { } already)
            return Results.Json(ViewOf(already, await text.EvidenceAsync(already, context.RequestAborted)), CredentialJson.Default.EvidenceView);
        var status = await StatusLists.TakeAsync(change.Transaction, context.RequestAborted);
        var one = new IssuedEvidence(Guid.CreateVersion7(now), receipt, EvidenceClaims.Of(entry, log?.View.Published), status.List, status.Entry, now, now + settings.EvidenceLifetime, null);
        try
        {
            await Sql.ExecuteAsync(
                change.Transaction, Insert,
                [Sql.Uuid(one.Id), Sql.Uuid(receipt), Sql.Text(one.Claims), StatusLists.Integer(one.List), StatusLists.Integer(one.Entry), Sql.Time(now), Sql.Time(one.ExpiresAt)], context.RequestAborted);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "evidence_live" })
        {
            return Refusals.Conflict("It is being issued to somebody else at this moment. Try again.");
        }

        change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "evidence.issued", one.Id.ToString(), ("receipt", receipt.ToString()), ("by", by), ("position", entry.Position.ToString(CultureInfo.InvariantCulture))));
        var answer = JsonSerializer.SerializeToUtf8Bytes(ViewOf(one, await text.EvidenceAsync(one, context.RequestAborted)), CredentialJson.Default.EvidenceView);
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(201, "application/json", answer, $"/identity/v1/evidence/{one.Id}"), context.RequestAborted));
    }

    private async Task<IResult> ListAsync(HttpContext context) => Results.Json(
        new EvidencePage([.. (await ReadAsync(Sql.Command(database, SelectAll), context.RequestAborted)).Select(e => ViewOf(e, null))]), CredentialJson.Default.EvidencePage);

    private async Task<IResult> GetAsync(HttpContext context)
    {
        if (await FirstAsync(Sql.Command(database, SelectOne, Sql.Uuid(Id(context))), context.RequestAborted) is not { } one)
            return Refusals.Unknown;
        return one.StateAt(time.GetUtcNow()) == "valid" ? Results.Json(ViewOf(one, await text.EvidenceAsync(one, context.RequestAborted)), CredentialJson.Default.EvidenceView) : CredentialRefusals.Over;
    }

    private async Task<IResult> RevokeAsync(HttpContext context)
    {
        var (by, id) = (context.Caller().Subject, Id(context));
        await using var change = await journal.BeginAsync(keys.Read(context, by, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await Sql.ExecuteAsync(change.Transaction, Revoke, [Sql.Uuid(id), Sql.Time(time.GetUtcNow())], context.RequestAborted) == 0)
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "evidence.revoked", id.ToString(), ("by", by)));
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(204), context.RequestAborted));
    }

    private static async Task<IssuedEvidence?> FirstAsync(NpgsqlCommand command, CancellationToken cancellationToken) => (await ReadAsync(command, cancellationToken)).FirstOrDefault();

    private static async Task<List<IssuedEvidence>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var ending = command;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<IssuedEvidence>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new IssuedEvidence(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<DateTimeOffset>(6), reader.Moment(7)));
        return found;
    }

    private EvidenceView ViewOf(IssuedEvidence one, string? credential) => new(one.Id, one.Receipt, one.StateAt(time.GetUtcNow()), one.IssuedAt, one.ExpiresAt, one.RevokedAt, credential);

    private static Guid Id(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["id"]!);
}
