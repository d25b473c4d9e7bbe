using System.Text.Json.Serialization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>
/// <c>/identity/v1/second-factor</c>: one's own authenticator and recovery codes. Whoever only holds an access token can
/// change nothing here: setting up asks for the password, everything after that for a code. Answers hold secrets, so none
/// is stored for repeats.
/// </summary>
internal sealed class SecondFactorEndpoints(SecondFactorSetup setup, Forwarding forwarding)
{
    private static readonly JsonShape PasswordShape = JsonShape.Object(("password", AccountShapes.KnownPassword));
    private static readonly JsonShape CodeShape = JsonShape.Object(("code", AccountShapes.Code));

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/second-factor", Refusals.Guard(forwarding.OfCaller(BeginAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(PasswordShape).Describe(Service, "A secret for an authenticator, with the password", 200, "application/json", 401, 409);
        routes.MapPost("/identity/v1/second-factor/confirm", Refusals.Guard(forwarding.OfCaller(ConfirmAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(CodeShape).Describe(Service, "Turns it on, with a code; recovery codes are shown once", 200, "application/json", 422);
        routes.MapPost("/identity/v1/second-factor/recovery-codes", Refusals.Guard(forwarding.OfCaller(RenewAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(CodeShape).Describe(Service, "New recovery codes, with a code", 200, "application/json", 422);
        routes.MapPost("/identity/v1/second-factor/remove", Refusals.Guard(forwarding.OfCaller(RemoveAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).TakesJson(CodeShape).Describe(Service, "Turns it off, with a code", 204, null, 422);
    }

    private async Task<IResult> BeginAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, SecondFactorJson.Default.SecondFactorRequest);
        var (secret, refusal) = await setup.BeginAsync(context, context.Caller().Subject, request.Password);
        return refusal ?? Results.Json(secret!, SecondFactorJson.Default.SecretView);
    }

    private Task<IResult> ConfirmAsync(HttpContext context) => WithCodeAsync(context, setup.ConfirmAsync);

    private Task<IResult> RenewAsync(HttpContext context) => WithCodeAsync(context, setup.RenewAsync);

    private Task<IResult> RemoveAsync(HttpContext context) => WithCodeAsync(context, setup.RemoveAsync);

    private static async Task<IResult> WithCodeAsync(HttpContext context, Func<HttpContext, string, string?, Task<(IReadOnlyList<string> Codes, IResult? Refusal)>> work)
    {
        var (request, _) = await JsonBody.ReadAsync(context, SecondFactorJson.Default.SecondFactorRequest);
        var (codes, refusal) = await work(context, context.Caller().Subject, request.Code);
        return refusal ?? (codes.Count == 0 ? Results.NoContent() : Results.Json(new RecoveryCodes(codes), SecondFactorJson.Default.RecoveryCodes));
    }
}

internal sealed record SecondFactorRequest(string? Password, string? Code);

internal sealed record SecretView(string Secret, string Uri);

internal sealed record RecoveryCodes(IReadOnlyList<string> Codes);

/// <summary>JSON of second factors.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SecondFactorRequest))]
[JsonSerializable(typeof(SecretView))]
[JsonSerializable(typeof(RecoveryCodes))]
internal sealed partial class SecondFactorJson : JsonSerializerContext;
