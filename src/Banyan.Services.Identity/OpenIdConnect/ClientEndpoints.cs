using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Sessions;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary><c>/identity/v1/clients</c>: registering programs. Secrets are shown once and stored as hashes.</summary>
internal sealed class ClientEndpoints(IJournal journal, NpgsqlDataSource database, ClientStore clients, SessionEnding ending, ClientTelling telling, Forwarding forwarding, ChangeKeys keys, CellContext cell, TimeProvider time)
{
    private const int Most = 1000;
    private const int MostAddresses = 20;
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);
    private static readonly string[] Known = [Client.Code, Client.Refresh, Client.Credentials];

    private const string Count = "SELECT count(*) FROM identity.clients WHERE disabled_at IS NULL";
    private const string Disable = "UPDATE identity.clients SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
    private const string EndGrants = """
        WITH ended AS (UPDATE identity.grants SET ended_at = $2, ended_by = 'client-removed' WHERE client = $1 AND ended_at IS NULL RETURNING id)
        INSERT INTO identity.endings (grant_id, expires_at) SELECT id, $3 FROM ended ON CONFLICT DO NOTHING RETURNING grant_id
        """;
    private const string Rotate = "UPDATE identity.clients SET old_secret = secret, old_until = $3, secret = $2 WHERE id = $1 AND kind = 'confidential' AND disabled_at IS NULL";

    private static readonly JsonShape Addresses = JsonShape.List(JsonShape.Text(RedirectAddress.Longest, 1), MostAddresses).OrNull();

    private static readonly JsonShape Shape = JsonShape.Object(
        ("name", JsonShape.Text(100, 1)),
        ("confidential?", JsonShape.Boolean.OrNull()),
        ("redirect_uris?", Addresses),
        ("post_logout_redirect_uris?", Addresses),
        ("scopes?", AccountShapes.Scopes.OrNull()),
        ("grant_types?", JsonShape.List(JsonShape.Word(Known), 20, 1).OrNull()),
        ("roles?", AccountShapes.Roles.OrNull()),
        ("trusted?", JsonShape.Boolean.OrNull()));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/clients", Refusals.Guard(RegisterAsync)).Requires("identity.clients.change").WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(Service, "Registers a client; its secret is shown once", 201, "application/json", 422, 429);
        routes.MapGet("/identity/v1/clients", Refusals.Guard(ListAsync)).Requires("identity.clients.read").Describe(Service, "Clients", 200);
        routes.MapDelete("/identity/v1/clients/{id}", Refusals.Guard(forwarding.OfRoute("id", RemoveAsync))).Requires("identity.clients.change").Describe(Service, "Removes a client; what it was granted ends", 204, null, 404);
        routes.MapPost("/identity/v1/clients/{id}/secret", Refusals.Guard(forwarding.OfRoute("id", RotateAsync))).Requires("identity.clients.change").TakesNothing().Describe(Service, "A new secret; the one before is good for a day", 200, "application/json", 404);
    }

    private async Task<IResult> RegisterAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, ClientJson.Default.ClientRequest);
        if (Check(request) is { Count: > 0 } problems)
            return Refusals.Invalid(problems);
        if (!RoleNames.MayGive(context.Caller(), request.Trusted == true ? [Invitations.Administrator] : request.Roles ?? []))
            return Refusals.NotYoursToGive;
        await using (var count = Sql.Command(database, Count))
        {
            if ((long)(await count.ExecuteScalarAsync(context.RequestAborted))! >= Most)
                return Refusals.Full($"{Most} clients are registered.");
        }

        var secret = request.Confidential == true ? OpaqueToken.Create(cell.Partition) : null;
        var client = new Client
        {
            Id = OpaqueToken.CreateId(cell.Partition),
            Name = request.Name!.Trim(),
            IsConfidential = request.Confidential == true,
            Secret = secret is null ? null : OpaqueToken.Hash(secret),
            Redirects = [.. request.RedirectUris ?? []],
            Logouts = [.. request.PostLogoutRedirectUris ?? []],
            Scopes = [.. request.Scopes ?? []],
            Grants = [.. request.GrantTypes ?? [Client.Code]],
            Subject = OpaqueToken.CreateId(cell.Partition),
            Roles = [.. request.Roles ?? []],
            IsTrusted = request.Trusted == true,
        };
        var caller = context.Caller();
        var outcome = await journal.CommitAsync(
            new Change
            {
                Key = keys.Read(context, caller.Subject, body),
                Answer = new StoredAnswer(201, "application/json", View(client, null), $"/identity/v1/clients/{client.Id}"), // a repeat gets no secret
                Statements = [ClientStore.Insert(client, caller.Subject, time.GetUtcNow())],
                Events = [IdentityEvents.Of(IdentityTopics.Credentials, "client.registered", client.Id, ("by", caller.Subject), ("roles", string.Join(' ', client.Roles)))],
            },
            context.RequestAborted);
        telling.TellSoon();
        return ChangeHttp.ToResult(outcome.Result == ChangeResult.Committed ? outcome with { Answer = outcome.Answer! with { Body = View(client, secret) } } : outcome);
    }

    private async Task<IResult> ListAsync(HttpContext context) =>
        Results.Json(new ClientPage([.. (await clients.ListAsync(context.RequestAborted)).Select(static c => ViewOf(c, null))]), ClientJson.Default.ClientPage);

    private async Task<IResult> RemoveAsync(HttpContext context)
    {
        var (id, caller, now) = ((string)context.Request.RouteValues["id"]!, context.Caller(), time.GetUtcNow());
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await Sql.ExecuteAsync(change.Transaction, Disable, [Sql.Text(id), Sql.Time(now)], context.RequestAborted) == 0)
            return Refusals.Unknown;
        await Sql.ExecuteAsync(change.Transaction, EndGrants, [Sql.Text(id), Sql.Time(now), Sql.Time(now + TimeSpan.FromHours(2))], context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "client.removed", id, ("by", caller.Subject)));
        var outcome = await change.CommitAsync(new StoredAnswer(204), context.RequestAborted);
        ending.TellSoon();
        telling.TellSoon();
        return ChangeHttp.ToResult(outcome);
    }

    private async Task<IResult> RotateAsync(HttpContext context)
    {
        var (id, caller, now) = ((string)context.Request.RouteValues["id"]!, context.Caller(), time.GetUtcNow());
        if (await clients.FindAsync(id, context.RequestAborted) is not { IsConfidential: true } client)
            return Refusals.Unknown;
        if (!RoleNames.MayGive(caller, client.Roles))
            return Refusals.NotYoursToGive;
        var secret = OpaqueToken.Create(cell.Partition);
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (await Sql.ExecuteAsync(change.Transaction, Rotate, [Sql.Text(id), Sql.Bytes(OpaqueToken.Hash(secret)), Sql.Time(now + Overlap)], context.RequestAborted) == 0)
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "client.secret-rotated", id, ("by", caller.Subject)));
        await change.CommitAsync(new StoredAnswer(200), context.RequestAborted);
        telling.TellSoon();
        return Results.Json(ViewOf(client, secret), ClientJson.Default.ClientView);
    }

    private static List<string> Check(ClientRequest request)
    {
        var problems = RoleNames.Check(request.Roles);
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 100 || request.Name.Any(char.IsControl))
            problems.Add("name has 1 to 100 characters.");
        foreach (var address in (request.RedirectUris ?? []).Concat(request.PostLogoutRedirectUris ?? []).Take(MostAddresses * 2))
        {
            if (RedirectAddress.Check(address) is { } wrong)
                problems.Add(wrong);
        }

        if (request.RedirectUris?.Count > MostAddresses || request.PostLogoutRedirectUris?.Count > MostAddresses)
            problems.Add($"at most {MostAddresses} addresses.");
        var grants = request.GrantTypes ?? [Client.Code];
        if (grants.Count == 0 || grants.Any(static g => !Known.Contains(g)))
            problems.Add($"grant_types are of {string.Join(", ", Known)}.");
        if (grants.Contains(Client.Code) && request.RedirectUris is null or [])
            problems.Add("redirect_uris must name one at least, for the authorization code.");
        if (grants.Contains(Client.Credentials) && request.Confidential != true)
            problems.Add("client_credentials are for confidential clients.");
        if (!RoleNames.AreScopes([.. request.Scopes ?? []]))
            problems.Add("scopes are at most 32 names such as openid or climate.readings.write.");
        return problems;
    }

    private static byte[] View(Client client, string? secret) => JsonSerializer.SerializeToUtf8Bytes(ViewOf(client, secret), ClientJson.Default.ClientView);

    private static ClientView ViewOf(Client client, string? secret) =>
        new(client.Id, secret, client.Name, client.IsConfidential, client.Redirects, client.Logouts, client.Scopes, client.Grants, client.Subject, client.Roles, client.IsTrusted);
}

internal sealed record ClientRequest(
    string? Name, bool? Confidential, IReadOnlyList<string>? RedirectUris, IReadOnlyList<string>? PostLogoutRedirectUris, IReadOnlyList<string>? Scopes, IReadOnlyList<string>? GrantTypes,
    IReadOnlyList<string>? Roles, bool? Trusted);

internal sealed record ClientView(
    string ClientId, string? ClientSecret, string Name, bool Confidential, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutRedirectUris, IReadOnlyList<string> Scopes,
    IReadOnlyList<string> GrantTypes, string Subject, IReadOnlyList<string> Roles, bool Trusted);

internal sealed record ClientPage(IReadOnlyList<ClientView> Clients);

/// <summary>JSON of clients.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientRequest))]
[JsonSerializable(typeof(ClientView))]
[JsonSerializable(typeof(ClientPage))]
internal sealed partial class ClientJson : JsonSerializerContext;
