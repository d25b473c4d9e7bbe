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

/// <summary><c>/identity/oauth/token</c>: codes, refresh tokens and clients' own credentials become access tokens.</summary>
internal sealed class TokenEndpoint(
    IJournal journal, ClientAuthentication authentication, GrantStore grants, TokenIssuer issuer, SessionEnding ending, Forwarding forwarding, TimeProvider time)
{
    /// <summary>
    /// For so long a refresh token that was used is taken once more, if nobody has used the one that came in its place: its
    /// answer was lost, say in a failover. The lost one is void from then on; whoever uses it ends the grant.
    /// </summary>
    public static readonly TimeSpan LostAnswer = TimeSpan.FromSeconds(60);

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/identity/oauth/token", OAuth.Guard(forwarding.OfGrant(PostAsync))).OpenToAll().JudgesBasic().WithBodyLimit(OAuth.MaxLength)
        .TakesForm(OAuthFields.Token).RefusesAs(OAuth.Flaw).Describe(IdentityService.ServiceName, "Tokens for a code, a refresh token, or a client's credentials (RFC 6749)", 200);

    private async Task<IResult> PostAsync(HttpContext context)
    {
        var (client, form, refusal) = await authentication.ReadAsync(context);
        if (client is null)
            return refusal!;
        var grant = form.GetValueOrDefault("grant_type");
        if (grant is null)
            return OAuth.Error("invalid_request", "grant_type is missing.");
        if (grant is not (Client.Code or Client.Refresh or Client.Credentials))
            return OAuth.Error("unsupported_grant_type", $"grant_type is {Client.Code}, {Client.Refresh} or {Client.Credentials}.");
        if (!client.Grants.Contains(grant) && !(grant == Client.Refresh && client.Grants.Contains(Client.Code)))
            return OAuth.Error("unauthorized_client", "The client is not registered for this grant_type.");
        return grant switch
        {
            Client.Code => await ByCodeAsync(client, form, context.RequestAborted),
            Client.Refresh => await ByRefreshAsync(client, form, context.RequestAborted),
            _ => await ByCredentialsAsync(client, form, context.RequestAborted),
        };
    }

    private async Task<IResult> ByCodeAsync(Client client, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        if (!form.TryGetValue("code", out var code))
            return OAuth.Error("invalid_request", "code is missing.");
        var now = time.GetUtcNow();
        await using var change = await journal.BeginAsync(null, cancellationToken);
        if (await GrantStore.LockCodeAsync(change.Transaction, code, cancellationToken) is not { } row || row.Grant.Client != client.Id)
            return Refused("The code is not known, or was given to another client.");
        var grant = row.Grant;
        if (row.IsUsed) // RFC 6749, section 4.1.2: one of the two was not meant to have it
            return await EndAsync(change, grant, "code-reused", "The code was used before; what it had given has ended.", cancellationToken);
        await GrantStore.UseCodeAsync(change.Transaction, code, now, cancellationToken);
        if (row.ExpiresAt <= now || grant.HasEnded)
            return await EndAsync(change, grant, "code-expired", "The code is too old.", cancellationToken);
        if (form.GetValueOrDefault("redirect_uri") != row.Redirect)
            return await EndAsync(change, grant, "code-misused", "redirect_uri is not the one that the code was sent to.", cancellationToken);
        if (!Pkce.Verify(row.Challenge, form.GetValueOrDefault("code_verifier")))
            return await EndAsync(change, grant, "code-misused", "code_verifier is not the one of the challenge.", cancellationToken);
        if (await AccountStore.LockAsync(change.Transaction, grant.Session.Subject, cancellationToken) is not { IsActive: true } account)
            return await EndAsync(change, grant, "account-disabled", "The account may not log in.", cancellationToken);

        var access = await issuer.AccessAsync(TokenIssuer.Holder.Of(account, grant.Session.Assurance, grant.Id), client.Id, grant.Scopes, cancellationToken);
        var id = grant.Scopes.Contains(Scope.Open) ? await issuer.IdAsync(account, grant.Session, client.Id, row.Nonce, access, cancellationToken) : null;
        var refresh = grant.Scopes.Contains(Scope.Offline) ? await grants.MakeRefreshAsync(change.Transaction, grant, null, now, cancellationToken) : null;
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "grant.began", account.Subject, ("grant", grant.Id), ("client", client.Id), ("scopes", string.Join(' ', grant.Scopes))));
        await change.CommitAsync(new StoredAnswer(200), cancellationToken);
        return Tokens(access, grant.Scopes, refresh, id);
    }

    private async Task<IResult> ByRefreshAsync(Client client, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        if (!form.TryGetValue("refresh_token", out var token))
            return OAuth.Error("invalid_request", "refresh_token is missing.");
        var now = time.GetUtcNow();
        await using var change = await journal.BeginAsync(null, cancellationToken);
        if (await GrantStore.LockRefreshAsync(change.Transaction, token, cancellationToken) is not { } row || row.Grant.Client != client.Id)
            return Refused("The refresh token is not known, or was given to another client.");
        var grant = row.Grant;
        var lost = row.UsedAt is { } used && !row.IsVoid && row.Successor is not null && !row.IsSuccessorUsed && now - used <= LostAnswer;
        if (row.IsVoid || row.UsedAt is not null && !lost) // RFC 9700, section 4.14.2
            return await EndAsync(change, grant, "refresh-reused", "The refresh token was used before; what it had given has ended. The person has to log in again.", cancellationToken);
        if (grant.HasEnded || row.ExpiresAt <= now || grant.ExpiresAt <= now)
            return Refused("The refresh token is too old, or what it was for has ended.");
        var scopes = grant.Scopes;
        if (form.TryGetValue("scope", out var narrower))
        {
            scopes = narrower.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (scopes.Any(s => !grant.Scopes.Contains(s)))
                return OAuth.Error("invalid_scope", "scope asks for more than was granted.");
        }

        if (await AccountStore.LockAsync(change.Transaction, grant.Session.Subject, cancellationToken) is not { IsActive: true } account)
            return await EndAsync(change, grant, "account-disabled", "The account may not log in.", cancellationToken);
        var access = await issuer.AccessAsync(TokenIssuer.Holder.Of(account, grant.Session.Assurance, grant.Id), client.Id, scopes, cancellationToken);
        var id = scopes.Contains(Scope.Open) ? await issuer.IdAsync(account, grant.Session, client.Id, null, access, cancellationToken) : null;
        var refresh = await grants.RotateAsync(change.Transaction, token, lost ? row.Successor : null, grant, now, cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Sessions, "grant.refreshed", account.Subject, ("grant", grant.Id)));
        await change.CommitAsync(new StoredAnswer(200), cancellationToken);
        return Tokens(access, scopes, refresh, id);
    }

    private async Task<IResult> ByCredentialsAsync(Client client, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        var own = client.Scopes.Where(static s => !Scope.OpenId.Contains(s)).ToList();
        var scopes = form.TryGetValue("scope", out var asked) ? Scope.Read(asked, client)?.Where(static s => !Scope.OpenId.Contains(s)).ToList() : own;
        if (scopes is null)
            return OAuth.Error("invalid_scope", "The client is not registered for one of the scopes.");
        var access = await issuer.AccessAsync(new TokenIssuer.Holder(client.Subject, "machine", client.Roles, 1, 0, null), client.Id, scopes, cancellationToken);
        return Tokens(access, scopes, null, null);
    }

    private async Task<IResult> EndAsync(ChangeSession change, GrantRow grant, string why, string description, CancellationToken cancellationToken)
    {
        var ended = await ending.EndGrantAsync(change, grant.Id, grant.Session.Subject, why, cancellationToken);
        await change.CommitAsync(new StoredAnswer(400), cancellationToken);
        await ending.PublishAsync(ended, cancellationToken);
        return Refused(description);
    }

    private static IResult Refused(string description) => OAuth.Error("invalid_grant", description);

    private IResult Tokens(string access, IReadOnlyList<string> scopes, string? refresh, string? id) => OAuth.Json(json =>
    {
        json.WriteString("access_token"u8, access);
        json.WriteString("token_type"u8, "Bearer"u8);
        json.WriteNumber("expires_in"u8, issuer.LifetimeSeconds);
        json.WriteString("scope"u8, string.Join(' ', scopes));
        if (refresh is not null)
            json.WriteString("refresh_token"u8, refresh);
        if (id is not null)
            json.WriteString("id_token"u8, id);
    });
}
