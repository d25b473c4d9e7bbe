using System.Text.Json.Serialization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Peers;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Sessions;

/// <summary><c>/identity/v1/sessions</c>: logging in as programs do it (the cookie is then good for the code flow), and one's own sessions.</summary>
internal sealed class SessionEndpoints(IJournal journal, Login login, SessionStore sessions, SessionEnding ending, SessionCookie cookie, HomeFinder finder, Forwarding forwarding, ChangeKeys keys)
{
    private static readonly JsonShape LoginShape = JsonShape.Object(("identifier", AccountShapes.Identifier), ("password", AccountShapes.KnownPassword), ("home?", AccountShapes.Token.OrNull()));
    private static readonly JsonShape CodeShape = JsonShape.Object(("challenge", AccountShapes.Token), ("code", AccountShapes.Code));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/sessions", Refusals.Guard(BeginAsync)).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(LoginShape).Describe(Service, "Logs in; 202 where a code is needed too", 200, "application/json", 401, 429, 503);
        routes.MapPost("/identity/v1/sessions/second-factor", Refusals.Guard(forwarding.OfJson("challenge", ContinueAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(CodeShape).Describe(Service, "The second step of a login", 200, "application/json", 401, 429);
        routes.MapGet("/identity/v1/sessions", Refusals.Guard(forwarding.OfCaller(ListAsync))).Requires("identity.sessions.read").OnOwnThings().Describe(Service, "One's own sessions", 200, "application/json", 401);
        routes.MapDelete("/identity/v1/sessions/{id}", Refusals.Guard(forwarding.OfCaller(EndAsync))).Requires("identity.sessions.end").OnOwnThings().Describe(Service, "Ends one of one's own sessions, in every region", 204, null, 401, 404);
    }

    private async Task<IResult> BeginAsync(HttpContext context)
    {
        var body = await context.KeepBodyAsync();
        var (request, _) = await JsonBody.ReadAsync(context, SessionJson.Default.LoginRequest);
        var problems = new List<string>();
        if (request.Home is { } named && !finder.IsPartition(named))
            problems.Add("home is a region of this platform; leave it out where you don't know.");
        if (PersonFields.ReadIdentifier(request.Identifier, problems) is not { } identifier || problems.Count > 0)
            return Refusals.Invalid(problems);
        var (elsewhere, isSure) = await forwarding.OfAddressAsync(context, identifier, request.Home, body);
        if (elsewhere is not null)
            return isSure ? elsewhere : Unsure(context, elsewhere);
        return Answer(context, isSure, await login.WithPasswordAsync(identifier, request.Password ?? "", context.Request.Headers.UserAgent, context.RequestAborted));
    }

    private async Task<IResult> ContinueAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, SessionJson.Default.CodeRequest);
        return Answer(context, true, await login.WithCodeAsync(request.Challenge ?? "", request.Code ?? "", context.Request.Headers.UserAgent, context.RequestAborted));
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var caller = context.Caller();
        return Results.Json(new SessionPage(await sessions.ListAsync(caller.Subject, caller.Session, context.RequestAborted)), SessionJson.Default.SessionPage);
    }

    private async Task<IResult> EndAsync(HttpContext context)
    {
        var caller = context.Caller();
        await using var change = await journal.BeginAsync(keys.Read(context, caller.Subject, []), context.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await ending.EndOneAsync(change, (string)context.Request.RouteValues["id"]!, caller.Subject, "own", context.RequestAborted) is not { } ended)
            return Refusals.Unknown;
        var outcome = await change.CommitAsync(new StoredAnswer(204), context.RequestAborted);
        await ending.PublishAsync(ended, context.RequestAborted);
        return ChangeHttp.ToResult(outcome);
    }

    /// <summary>The answer to a login with a passkey.</summary>
    public IResult AnswerPasskey(HttpContext context, LoginOutcome outcome) => outcome is LoginOutcome.Refused ? Refusals.PasskeyLogin : Answer(context, true, outcome);

    /// <summary>A refusal says nothing while part of the platform does not answer: the address may be known there.</summary>
    private static IResult Unsure(HttpContext context, IResult elsewhere)
    {
        if (elsewhere is not PassedOnAnswer { Status: 401 } refused)
            return elsewhere;
        refused.Dispose();
        return Refusals.LoginUnsure(context);
    }

    private IResult Answer(HttpContext context, bool isSure, LoginOutcome outcome)
    {
        switch (outcome)
        {
            case LoginOutcome.Begun begun:
                cookie.Set(context, begun.Cookie, begun.Session.ExpiresAt);
                return Results.Json(new LoginAnswer(begun.Session.Id, begun.Session.Subject, begun.Session.Acr, null, begun.Session.ExpiresAt), SessionJson.Default.LoginAnswer);
            case LoginOutcome.NeedsCode needs:
                return Results.Json(new LoginAnswer(null, null, null, needs.Challenge, needs.ExpiresAt), SessionJson.Default.LoginAnswer, statusCode: 202);
            case LoginOutcome.Locked locked:
                return Refusals.Locked(context, locked.Wait);
            default:
                return isSure ? Refusals.Login : Refusals.LoginUnsure(context);
        }
    }
}

internal sealed record LoginRequest(string? Identifier, string? Password, string? Home);

internal sealed record CodeRequest(string? Challenge, string? Code);

internal sealed record LoginAnswer(string? Session, string? Subject, string? Acr, string? Challenge, DateTimeOffset ExpiresAt);

internal sealed record SessionPage(IReadOnlyList<SessionView> Sessions);

/// <summary>JSON of sessions.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(SessionPage))]
internal sealed partial class SessionJson : JsonSerializerContext;
