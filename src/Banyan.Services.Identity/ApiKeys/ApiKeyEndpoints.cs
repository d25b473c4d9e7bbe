using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.ApiKeys;

/// <summary>
/// <c>/identity/v1/keys</c>: keys by which machines are known, <c>bk_ID_SECRET</c>. Shown once, stored as hashes, told to every
/// cell. Whoever made a key can see, replace and withdraw it; an administrator all of them. A key can be limited to some actions and to a time, and replaced with an overlap.
/// </summary>
internal sealed class ApiKeyEndpoints(IJournal journal, ApiKeyStore store, IAccessPublisher publisher, ChangeKeys keys, CellContext cell, TimeProvider time)
{
    private const int Most = 10_000;
    private const int MostDays = 366;
    private const int MostOverlapHours = 24 * 30;

    private static readonly JsonShape Shape = JsonShape.Object(
        ("name", JsonShape.Text(100, 1)), ("roles", AccountShapes.SomeRoles), ("scopes?", AccountShapes.Scopes.OrNull()), ("days_valid?", JsonShape.Integer(1, MostDays).OrNull()));

    private static readonly JsonShape RotationShape = JsonShape.Object(("overlap_hours?", JsonShape.Integer(0, MostOverlapHours).OrNull()));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/keys", Refusals.Guard(MakeAsync)).Requires("identity.keys.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(Service, "Makes an API key, shown once", 201, "application/json", 422, 429);
        routes.MapGet("/identity/v1/keys", Refusals.Guard(ListAsync)).Requires("identity.keys.read").OnOwnThings().Describe(Service, "API keys, without their secrets", 200);
        routes.MapPost("/identity/v1/keys/{id}/rotate", Refusals.Guard(RotateAsync)).Requires("identity.keys.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(RotationShape).Describe(Service, "Makes a key in place of another, which is good for a while yet", 201, "application/json", 404, 422);
        routes.MapDelete("/identity/v1/keys/{id}", Refusals.Guard(WithdrawAsync)).Requires("identity.keys.change").OnOwnThings().Describe(Service, "Withdraws a key, in every region", 204, null, 404);
    }

    private async Task<IResult> MakeAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, ApiKeyJson.Default.ApiKeyRequest);
        var problems = RoleNames.Check(request.Roles);
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 100 || request.Name.Any(char.IsControl))
            problems.Add("name has 1 to 100 characters.");
        if (!RoleNames.AreScopes([.. request.Scopes ?? []]))
            problems.Add("scopes are at most 32 actions, or patterns of actions such as climate.readings.*.");
        if (request.Roles is null or [])
            problems.Add("roles must name one at least.");
        if (request.DaysValid is < 1 or > MostDays)
            problems.Add($"days_valid is 1 to {MostDays}; leave it out for a key that does not end by itself.");
        if (problems.Count > 0)
            return Refusals.Invalid(problems);
        if (!RoleNames.MayGive(context.Caller(), request.Roles!))
            return Refusals.NotYoursToGive;
        if (await store.CountAsync(context.RequestAborted) >= Most)
            return Refusals.Full($"{Most} API keys are there. Withdraw those that nobody uses.");

        var now = time.GetUtcNow();
        var key = new ApiKey(NewId(), request.Name!.Trim(), OpaqueToken.CreateId(cell.Partition), [.. request.Roles!], [.. request.Scopes ?? []], now, request.DaysValid is { } days ? now + TimeSpan.FromDays(days) : null, null);
        var caller = context.Caller();
        var secret = NewSecret();
        var outcome = await journal.CommitAsync(
            new Change
            {
                Key = keys.Read(context, caller.Subject, body),
                Answer = new StoredAnswer(201, "application/json", View(key, null), $"/identity/v1/keys/{key.Id}"), // a repeat gets no secret
                Statements = [ApiKeyStore.Insert(key, HashOf(secret), caller.Subject)],
                Events = [IdentityEvents.Of(IdentityTopics.Credentials, "api-key.made", key.Id, ("by", caller.Subject), ("machine", key.Subject), ("roles", string.Join(' ', key.Roles)))],
            },
            context.RequestAborted);
        if (outcome.Result != ChangeResult.Committed)
            return ChangeHttp.ToResult(outcome);
        await publisher.PublishApiKeyAsync(Entry(key, HashOf(secret)), context.RequestAborted);
        return ChangeHttp.ToResult(outcome with { Answer = outcome.Answer! with { Body = View(key, $"bk_{key.Id}_{secret}") } });
    }

    private async Task<IResult> ListAsync(HttpContext context) =>
        Results.Json(new ApiKeyPage([.. (await store.ListAsync(Whose(context.Caller()), context.RequestAborted)).Select(static k => ViewOf(k, null))]), ApiKeyJson.Default.ApiKeyPage);

    private async Task<IResult> RotateAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, ApiKeyJson.Default.RotationRequest);
        if (request.OverlapHours is < 0 or > MostOverlapHours)
            return Refusals.Invalid([$"overlap_hours is 0 to {MostOverlapHours}."]);
        var (caller, now) = (context.Caller(), time.GetUtcNow());
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (await ApiKeyStore.LockAsync(change.Transaction, (string)context.Request.RouteValues["id"]!, Whose(context.Caller()), context.RequestAborted) is not { } found || found.Key.ReplacedBy is not null || found.Key.ExpiresAt <= now)
            return Refusals.Unknown;
        if (!RoleNames.MayGive(caller, found.Key.Roles))
            return Refusals.NotYoursToGive;
        var ends = now + TimeSpan.FromHours(request.OverlapHours ?? 24);
        var old = found.Key with { ExpiresAt = found.Key.ExpiresAt is { } already && already < ends ? already : ends };
        var lifetime = found.Key.ExpiresAt - found.Key.CreatedAt;
        var key = found.Key with { Id = NewId(), CreatedAt = now, ExpiresAt = now + lifetime };
        var secret = NewSecret();
        await Sql.RunAsync(change.Transaction, [ApiKeyStore.Insert(key, HashOf(secret), caller.Subject), ApiKeyStore.Replace(old.Id, key.Id, old.ExpiresAt!.Value)], context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "api-key.rotated", old.Id, ("by", caller.Subject), ("to", key.Id)));
        var outcome = await change.CommitAsync(new StoredAnswer(201), context.RequestAborted);
        await publisher.PublishApiKeyAsync(Entry(key, HashOf(secret)), context.RequestAborted);
        await publisher.PublishApiKeyAsync(Entry(old, found.SecretHash), context.RequestAborted);
        return ChangeHttp.ToResult(outcome with { Answer = new StoredAnswer(201, "application/json", View(key, $"bk_{key.Id}_{secret}"), $"/identity/v1/keys/{key.Id}") });
    }

    private async Task<IResult> WithdrawAsync(HttpContext context)
    {
        var (id, caller) = ((string)context.Request.RouteValues["id"]!, context.Caller());
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (!await ApiKeyStore.WithdrawAsync(change.Transaction, id, Whose(caller), time.GetUtcNow(), context.RequestAborted))
            return Refusals.Unknown;
        change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "api-key.withdrawn", id, ("by", caller.Subject)));
        await publisher.WithdrawApiKeyAsync(id, context.RequestAborted); // before the commit: what was promised here holds everywhere, or the caller tries again
        return ChangeHttp.ToResult(await change.CommitAsync(new StoredAnswer(204), context.RequestAborted));
    }

    /// <summary>Whose keys a caller reaches: its own; an administrator, everybody's (null).</summary>
    private static string? Whose(Caller caller) => caller.Roles.Contains(Invitations.Administrator) ? null : caller.Subject;

    private ApiKeyEntry Entry(ApiKey key, string secretHash) =>
        new() { Id = key.Id, SecretHash = secretHash, Subject = key.Subject, Home = cell.Partition, Roles = [.. key.Roles], Scopes = [.. key.Scopes], Expires = key.ExpiresAt };

    /// <summary>Letters and digits only: the underscore parts id and secret.</summary>
    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static byte[] View(ApiKey key, string? secret) => JsonSerializer.SerializeToUtf8Bytes(ViewOf(key, secret), ApiKeyJson.Default.ApiKeyView);

    private static ApiKeyView ViewOf(ApiKey key, string? secret) => new(key.Id, secret, key.Name, key.Subject, key.Roles, key.Scopes, key.CreatedAt, key.ExpiresAt, key.ReplacedBy);
}

internal sealed record ApiKeyRequest(string? Name, IReadOnlyList<string>? Roles, IReadOnlyList<string>? Scopes, int? DaysValid);

internal sealed record RotationRequest(int? OverlapHours);

internal sealed record ApiKeyView(string Id, string? Key, string Name, string Subject, IReadOnlyList<string> Roles, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? ReplacedBy);

internal sealed record ApiKeyPage(IReadOnlyList<ApiKeyView> Keys);

/// <summary>JSON of API keys.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiKeyRequest))]
[JsonSerializable(typeof(RotationRequest))]
[JsonSerializable(typeof(ApiKeyView))]
[JsonSerializable(typeof(ApiKeyPage))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
