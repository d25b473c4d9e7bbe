using System.Text.Json.Serialization;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>
/// <c>/identity/v1/second-factor</c>: one's own authenticator and recovery codes. Whoever only holds an access token can
/// change nothing here: setting up asks for the password, everything after that for a code. Answers hold secrets, so none
/// is stored for repeats.
/// </summary>
internal sealed class SecondFactorEndpoints(IJournal journal, AccountStore accounts, Recheck recheck, TotpStore store, Forwarding forwarding, CellContext cell, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/v1/second-factor", Refusals.Guard(forwarding.OfCaller(BeginAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).Describe(Service, "A secret for an authenticator, with the password", 200, "application/json", 401, 409);
        routes.MapPost("/identity/v1/second-factor/confirm", Refusals.Guard(forwarding.OfCaller(ConfirmAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).Describe(Service, "Turns it on, with a code; recovery codes are shown once", 200, "application/json", 422);
        routes.MapPost("/identity/v1/second-factor/recovery-codes", Refusals.Guard(forwarding.OfCaller(RenewAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).Describe(Service, "New recovery codes, with a code", 200, "application/json", 422);
        routes.MapPost("/identity/v1/second-factor/remove", Refusals.Guard(forwarding.OfCaller(RemoveAsync))).Requires("identity.account.change").OnOwnThings().WithBodyLimit(JsonBody.MaxLength).Describe(Service, "Turns it off, with a code", 204, null, 422);
    }

    private async Task<IResult> BeginAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, SecondFactorJson.Default.SecondFactorRequest);
        if (await accounts.FindAsync(context.Caller().Subject, context.RequestAborted) is not { } account)
            return Refusals.SignInNeeded;
        if (await recheck.PasswordAsync(context, account, request.Password) is { } refusal)
            return refusal;
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        if (await store.BeginAsync(change.Transaction, account.Subject, context.RequestAborted) is not { } secret)
            return Refusals.Conflict("An authenticator is set up; remove it first, with a code of it.");
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "second-factor.begun", account.Subject));
        await change.CommitAsync(new StoredAnswer(200), context.RequestAborted);
        var text = Base32.Encode(secret);
        var label = Uri.EscapeDataString(cell.Platform);
        return Results.Json(new SecretView(text, $"otpauth://totp/{label}?secret={text}&issuer={label}"), SecondFactorJson.Default.SecretView);
    }

    private Task<IResult> ConfirmAsync(HttpContext context) => WithCodeAsync(context, "second-factor.on", isOn: false, static (change, subject, cancellationToken) => TotpStore.RenewCodesAsync(change.Transaction, subject, cancellationToken));

    private Task<IResult> RenewAsync(HttpContext context) => WithCodeAsync(context, "recovery-codes.renewed", isOn: true, static (change, subject, cancellationToken) => TotpStore.RenewCodesAsync(change.Transaction, subject, cancellationToken));

    private Task<IResult> RemoveAsync(HttpContext context) => WithCodeAsync(context, "second-factor.off", isOn: true, static async (change, subject, cancellationToken) =>
    {
        await TotpStore.RemoveAsync(change.Transaction, subject, cancellationToken);
        return [];
    });

    private async Task<IResult> WithCodeAsync(HttpContext context, string what, bool isOn, Func<ChangeSession, string, CancellationToken, Task<IReadOnlyList<string>>> work)
    {
        var (request, _) = await JsonBody.ReadAsync(context, SecondFactorJson.Default.SecondFactorRequest);
        var (subject, code, now) = (context.Caller().Subject, request.Code ?? "", time.GetUtcNow());
        await using var change = await journal.BeginAsync(null, context.RequestAborted);
        var (failures, wait) = await recheck.LockAsync(change, subject, context.RequestAborted);
        if (wait is { } pause)
            return Refusals.Locked(context, pause);
        var right = isOn
            ? await store.TakeAsync(change.Transaction, subject, code, now, context.RequestAborted) is not null
            : await store.ConfirmAsync(change.Transaction, subject, code, now, context.RequestAborted);
        if (!right)
        {
            await recheck.CountAsync(change, subject, failures, context.RequestAborted);
            return Refusals.Code;
        }

        var codes = await work(change, subject, context.RequestAborted);
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, what, subject));
        await change.CommitAsync(new StoredAnswer(200), context.RequestAborted);
        return codes.Count == 0 ? Results.NoContent() : Results.Json(new RecoveryCodes(codes), SecondFactorJson.Default.RecoveryCodes);
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
