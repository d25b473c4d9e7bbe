using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Peers;
using Banyan.Services.Identity.Elsewhere;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Accounts;

/// <summary>
/// <c>/identity/v1/registrations</c> and <c>/identity/v1/resets</c>. To repeat the first step is harmless (another code is
/// sent), the second can be done once: they need no idempotency key.
/// </summary>
internal sealed class RegistrationEndpoints(Registration registration, Forwarding forwarding)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/registrations", Refusals.Guard(RegisterAsync)).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.Registration).Describe(Service, "Registers: sends a code to the address", 202, "application/json", 422, 503);
        routes.MapPost("/identity/v1/registrations/confirm", Refusals.Guard(forwarding.OfJson("confirmation", ConfirmAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.Confirmation).Describe(Service, "Makes the account, with the code", 201, "application/json", 422);
        routes.MapPost("/identity/v1/resets", Refusals.Guard(ResetAsync)).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.Reset).Describe(Service, "Sends a code for a new password", 202, "application/json", 422);
        routes.MapPost("/identity/v1/resets/confirm", Refusals.Guard(forwarding.OfJson("confirmation", ConfirmResetAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.ResetConfirmation).Describe(Service, "Sets a new password, with the code; ends every session", 204, null, 422);
    }

    private async Task<IResult> RegisterAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, AccountJson.Default.RegistrationRequest);
        return Answer(await registration.RegisterAsync(request, context.RequestAborted));
    }

    private async Task<IResult> ConfirmAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, AccountJson.Default.ConfirmationRequest);
        return await registration.ConfirmAsync(request, context.RequestAborted) is { } subject ? Results.Json(new SubjectView(subject), AccountJson.Default.SubjectView, statusCode: 201) : Refusals.Code;
    }

    private async Task<IResult> ResetAsync(HttpContext context)
    {
        var body = await context.KeepBodyAsync();
        var (request, _) = await JsonBody.ReadAsync(context, AccountJson.Default.ResetRequest);
        if (Identifier.TryRead(request.Identifier) is { } identifier && (await forwarding.OfAddressAsync(context, identifier, null, body)).Answer is { } elsewhere)
            return elsewhere;
        return Answer(await registration.AskForResetAsync(request, context.RequestAborted));
    }

    private async Task<IResult> ConfirmResetAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, AccountJson.Default.ConfirmationRequest);
        return await registration.ConfirmResetAsync(request, context.RequestAborted) is { } wrong ? Refusals.Invalid([wrong]) : Results.NoContent();
    }

    private static IResult Answer(Registration.Asked asked) =>
        asked.Needed is { } needed ? Results.Json(needed, AccountJson.Default.ConfirmationNeeded, statusCode: 202) : Refusals.Invalid(asked.Problems);
}
