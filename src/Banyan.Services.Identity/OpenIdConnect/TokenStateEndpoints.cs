using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Sessions;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>Revocation (RFC 7009), introspection (RFC 7662) and userinfo (OpenID Connect Core, section 5.3).</summary>
internal sealed class TokenStateEndpoints(
    IJournal journal, ClientAuthentication authentication, GrantStore grants, AccountStore accounts, SessionEnding ending, Forwarding forwarding, IAccessDirectory directory, IdentitySettings settings, TimeProvider time)
{
    /// <summary>The scope of clients that may ask about other clients' tokens: those that guard something.</summary>
    public const string IntrospectScope = "identity.tokens.introspect";

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapPost("/identity/oauth/revoke", OAuth.Guard(forwarding.OfToken(RevokeAsync))).OpenToAll().JudgesBasic().WithBodyLimit(OAuth.MaxLength).TakesForm(OAuthFields.State).RefusesAs(OAuth.Flaw).Describe(Service, "Ends what a token was granted (RFC 7009)", 200, null);
        routes.MapPost("/identity/oauth/introspect", OAuth.Guard(forwarding.OfToken(IntrospectAsync))).OpenToAll().JudgesBasic().WithBodyLimit(OAuth.MaxLength).TakesForm(OAuthFields.State).RefusesAs(OAuth.Flaw).Describe(Service, "What a token is worth (RFC 7662)", 200);
        routes.MapMethods("/identity/oauth/userinfo", ["GET", "POST"], OAuth.Guard(forwarding.OfCaller(UserinfoAsync))).OpenToAll().WithBodyLimit(OAuth.MaxLength).TakesNothing().Describe(Service, "Who the person is, as far as the token's scopes say", 200);
    }

    private async Task<IResult> RevokeAsync(HttpContext context)
    {
        var (client, form, refusal) = await authentication.ReadAsync(context);
        if (client is null)
            return refusal!;
        if (!form.TryGetValue("token", out var token))
            return OAuth.Error("invalid_request", "token is missing.");
        var access = Access(token);
        if (access is { Grant: null } && access.Client == client.Id)
            return OAuth.Error("unsupported_token_type", "A token of client credentials ends by itself, within minutes.");
        var state = access is { Grant: { } grant } ? await grants.FindGrantAsync(grant, context.RequestAborted) : await grants.FindByRefreshAsync(token, context.RequestAborted);
        if (state is not null && state.Client == client.Id) // of others, and of unknown ones, it says the same: 200 (section 2.2)
        {
            await using var change = await journal.BeginAsync(null, context.RequestAborted);
            var ended = await ending.EndGrantAsync(change, state.Grant, state.Subject, "revoked", context.RequestAborted);
            await change.CommitAsync(new StoredAnswer(200), context.RequestAborted);
            await ending.PublishAsync(ended, context.RequestAborted);
        }

        return Results.Ok();
    }

    private async Task<IResult> IntrospectAsync(HttpContext context)
    {
        var (client, form, refusal) = await authentication.ReadAsync(context);
        if (client is null)
            return refusal!;
        if (!client.IsConfidential)
            return OAuth.Error("unauthorized_client", "Introspection is for confidential clients.");
        if (!form.TryGetValue("token", out var token))
            return OAuth.Error("invalid_request", "token is missing.");
        var mayAsk = (string of) => of == client.Id || client.Scopes.Contains(IntrospectScope);
        if (Access(token) is { } access)
        {
            var grant = access.Grant is null ? null : await grants.FindGrantAsync(access.Grant, context.RequestAborted);
            var ended = access.Grant is { } sid && (directory.IsEnded(sid) || grant is { IsActive: false });
            return !mayAsk(access.Client) || ended || access.ExpiresAt <= time.GetUtcNow() ? Inactive() : OAuth.Json(json =>
            {
                json.WriteBoolean("active"u8, true);
                json.WriteString("token_type"u8, "Bearer"u8);
                json.WriteString("iss"u8, settings.Issuer);
                json.WriteString("sub"u8, access.Subject);
                json.WriteString("client_id"u8, access.Client);
                json.WriteString("scope"u8, access.Scope);
                json.WriteNumber("exp"u8, access.ExpiresAt.ToUnixTimeSeconds());
            });
        }

        return await grants.FindByRefreshAsync(token, context.RequestAborted) is { IsActive: true } state && state.ExpiresAt > time.GetUtcNow() && mayAsk(state.Client)
            ? OAuth.Json(json =>
            {
                json.WriteBoolean("active"u8, true);
                json.WriteString("iss"u8, settings.Issuer);
                json.WriteString("sub"u8, state.Subject);
                json.WriteString("client_id"u8, state.Client);
                json.WriteString("scope"u8, string.Join(' ', state.Scopes));
                json.WriteNumber("exp"u8, state.ExpiresAt.ToUnixTimeSeconds());
            })
            : Inactive();
    }

    private async Task<IResult> UserinfoAsync(HttpContext context)
    {
        var caller = context.Caller();
        if (caller.Session is null || caller.Kind is not (CallerKind.Resident or CallerKind.Staff))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return OAuth.Error("invalid_token", "Send an access token of a person.", 401);
        }

        if (!caller.Scopes.Contains(Scope.Open))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\", scope=\"openid\"";
            return OAuth.Error("insufficient_scope", "The token lacks the scope openid.", 403);
        }

        var (name, contacts) = await accounts.ReadPersonAsync(caller.Subject, context.RequestAborted);
        return OAuth.Json(json =>
        {
            json.WriteString("sub"u8, caller.Subject);
            if (name is not null && caller.Scopes.Contains(Scope.Profile))
                json.WriteString("name"u8, name);
            foreach (var (kind, address, confirmed) in contacts)
            {
                if (!caller.Scopes.Contains(kind))
                    continue;
                json.WriteString(kind == Identifier.Email ? "email" : "phone_number", address);
                json.WriteBoolean(kind == Identifier.Email ? "email_verified" : "phone_number_verified", confirmed);
            }
        });
    }

    private static IResult Inactive() => OAuth.Json(static json => json.WriteBoolean("active"u8, false));

    private AccessToken? Access(string token) =>
        Jwt.Read(token, TokenIssuer.AccessType, directory) is { } claims && Jwt.Text(claims, "iss") == settings.Issuer
        && Jwt.Text(claims, "sub") is { } subject && Jwt.Text(claims, "client_id") is { } client && Jwt.Moment(claims, "exp") is { } expires
            ? new AccessToken(subject, client, Jwt.Text(claims, "sid"), Jwt.Text(claims, "scope") ?? "", expires)
            : null;

    private sealed record AccessToken(string Subject, string Client, string? Grant, string Scope, DateTimeOffset ExpiresAt);
}
