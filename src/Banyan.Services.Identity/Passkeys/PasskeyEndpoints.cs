using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Pages;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// <c>/identity/v1/passkeys</c>: one's own; and logging in with one, under <c>/identity/v1/sessions</c>. Each ceremony is two
/// requests: one for what to ask of the authenticator, one with its answer. Answers are taken once, so none is stored for repeats.
/// </summary>
internal sealed class PasskeyEndpoints(PasskeySetup setup, PasskeyStore store, PasskeyLogin passkeyLogin, Login login, SessionEndpoints sessions, Forms forms, Forwarding forwarding)
{
    private const string Path = "/identity/v1/passkeys";
    private const string LoginPath = "/identity/v1/sessions/passkey";
    private const string SecondPath = "/identity/v1/sessions/second-factor/passkey";

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet(Path, Refusals.Guard(forwarding.OfCaller(ListAsync))).Requires("identity.account.read").OnOwnThings().Describe(Service, "One's own passkeys", 200, "application/json", 401);
        routes.MapPost(Path + "/options", Refusals.Guard(forwarding.OfCaller(BeginAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.Password).Describe(Service, "What to ask of an authenticator that is to make a passkey, with the password", 200, "application/json", 401, 409, 429);
        routes.MapPost(Path, Refusals.Guard(forwarding.OfCaller(FinishAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.Making).Describe(Service, "The authenticator's answer", 201, "application/json", 422, 429);
        routes.MapPatch(Path + "/{id}", Refusals.Guard(forwarding.OfCaller(RenameAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.Rename).Describe(Service, "Gives a passkey another name", 204, null, 404, 422);
        routes.MapPost(Path + "/{id}/remove", Refusals.Guard(forwarding.OfCaller(RemoveAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.Password).Describe(Service, "Removes a passkey, with the password", 204, null, 401, 404);
        routes.MapPost(LoginPath + "/options", Refusals.Guard(AskAsync)).OpenToAll().TakesNothing().Describe(Service, "What to ask of an authenticator for a login with a passkey alone", 200, "application/json", 409);
        routes.MapPost(LoginPath, Refusals.Guard(forwarding.OfPasskey(LoginAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.Login).Describe(Service, "Logs in with a passkey alone", 200, "application/json", 401);
        routes.MapPost(SecondPath + "/options", Refusals.Guard(forwarding.OfJson("challenge", AskForSecondAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.Challenge).Describe(Service, "What to ask of an authenticator for the second step of a login", 200, "application/json", 401);
        routes.MapPost(SecondPath, Refusals.Guard(forwarding.OfJson("challenge", SecondAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasskeyShapes.SecondFactor).Describe(Service, "The second step of a login with a passkey", 200, "application/json", 401, 429);
    }

    private async Task<IResult> ListAsync(HttpContext context) =>
        Results.Json(new PasskeyPage(await store.ListAsync(context.Caller().Subject, context.RequestAborted)), PasskeyJson.Default.PasskeyPage);

    private async Task<IResult> BeginAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        var caller = context.Caller();
        var (asked, refusal) = await setup.BeginAsync(context, caller.Subject, caller.Session ?? "", request.Password);
        return refusal ?? Results.Json(PasskeyOptions.Of(asked!), PasskeyJson.Default.PasskeyOptions);
    }

    private async Task<IResult> FinishAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        var caller = context.Caller();
        var (made, refusal) = await setup.FinishAsync(context, caller.Subject, caller.Session ?? "", request.Ceremony, request.Answer, request.Name);
        return refusal ?? Results.Json(made!, PasskeyJson.Default.PasskeyView, statusCode: StatusCodes.Status201Created);
    }

    private async Task<IResult> RenameAsync(HttpContext context) =>
        await setup.RenameAsync(context, context.Caller().Subject, IdOf(context), (await ReadAsync(context)).Name) ?? Results.NoContent();

    private async Task<IResult> RemoveAsync(HttpContext context) =>
        await setup.RemoveAsync(context, context.Caller().Subject, IdOf(context), (await ReadAsync(context)).Password) ?? Results.NoContent();

    private async Task<IResult> AskAsync(HttpContext context) => passkeyLogin.IsPossible
        ? Results.Json(PasskeyOptions.Of(await passkeyLogin.AskAsync(context, forms.Keep(context))), PasskeyJson.Default.PasskeyOptions)
        : Refusals.NoPasskeys;

    private async Task<IResult> LoginAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        return sessions.AnswerPasskey(context, await passkeyLogin.AloneAsync(context, forms.Kept(context), request.Ceremony, request.Answer, context.Request.Headers.UserAgent));
    }

    private async Task<IResult> AskForSecondAsync(HttpContext context) =>
        await passkeyLogin.AskForSecondFactorAsync(context, (await ReadAsync(context)).Challenge ?? "") is { } asked ? Results.Json(PasskeyOptions.Of(asked), PasskeyJson.Default.PasskeyOptions) : Refusals.PasskeyLogin;

    private async Task<IResult> SecondAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        return sessions.AnswerPasskey(context, await login.WithPasskeyAsync(context, request.Challenge ?? "", request.Ceremony, request.Answer, context.Request.Headers.UserAgent, context.RequestAborted));
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static async Task<PasskeyRequest> ReadAsync(HttpContext context) => (await JsonBody.ReadAsync(context, PasskeyJson.Default.PasskeyRequest)).Value;
}
