using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Journal;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Pages;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary><c>/identity/oauth/authorize</c>: a person, logged in, lets a client in. What the client learns, it learns at its own registered address.</summary>
internal sealed class AuthorizeEndpoint(
    IJournal journal, ClientStore clients, GrantStore grants, SessionStore sessions, SessionCookie cookie, Page page, Forms forms, Homes homes, Forwarding forwarding, IdentitySettings settings, TimeProvider time)
{
    private const string Decision = "decision";
    private static readonly string[] NotKept = [Decision, Forms.Field];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/identity/oauth/authorize", Refusals.Guard(forwarding.OfCookie(c => AnswerAsync(c, c.Request.Query, isDecision: false)))).OpenToAll().TakesQuery(OAuthFields.Authorize).RefusesAs(page.Flaw).Describe(IdentityService.ServiceName, "A code, by way of the person's browser (RFC 6749, PKCE)", 303, null);
        routes.MapPost("/identity/oauth/authorize", Refusals.Guard(forwarding.OfCookie(PostAsync))).OpenToAll().WithBodyLimit(OAuth.MaxLength).TakesForm([.. OAuthFields.Authorize, OAuthFields.Text(Decision), Forms.Token]).RefusesAs(page.Flaw).Describe(IdentityService.ServiceName, "The same as a form, and the person's decision", 303, null);
    }

    private async Task<IResult> PostAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return page.Refuse("This request can't be read", "It must be a form.");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return await AnswerAsync(context, form, form.ContainsKey(Decision));
    }

    private async Task<IResult> AnswerAsync(HttpContext context, IEnumerable<KeyValuePair<string, StringValues>> parameters, bool isDecision)
    {
        // Until client and address are known to belong together, nothing is sent to the address (RFC 6749, section 4.1.2.1).
        if (OAuth.Parameters(parameters) is not { } given)
            return page.Refuse("This request can't be read", "A parameter comes twice.");
        if (await clients.FindAsync(given.GetValueOrDefault("client_id"), context.RequestAborted) is not { } client)
            return page.Refuse("This program is not known here", "It sent you here with a client_id that nobody has registered.");
        if (given.GetValueOrDefault("redirect_uri") is not { } redirect || !client.RedirectsTo(redirect))
            return page.Refuse("This program sent a wrong address", $"{client.Name} wants to be answered at an address (redirect_uri) that is not registered for it.");

        var request = AuthorizationRequest.Read(client, redirect, given);
        if (request.Error is { } error)
            return Tell(request, error.Code, error.Description);
        var held = cookie.Read(context);
        if (homes.ElsewherePrefix(held) is { } elsewhere)
            return new SeeOther(elsewhere + Path(given, anew: false));
        var session = await sessions.FindAsync(held, context.RequestAborted);
        if (session is null || !request.Takes(session, time.GetUtcNow()) || request.MustLogIn && !isDecision)
        {
            return request.MustNotAsk
                ? Tell(request, "login_required", "The person is not logged in.")
                : new SeeOther($"{page.Prefix}/identity/login?return={Uri.EscapeDataString(Path(given, anew: true))}");
        }

        if (isDecision)
        {
            if (await forms.ReadAsync(context) is null)
                return page.Refuse("That form is too old", "Go back to the program that sent you here, and try once more.");
            if (given[Decision] != "allow")
                return Tell(request, "access_denied", "The person said no.");
            return await GrantAsync(request, session, consents: true, context.RequestAborted);
        }

        if (request.MustConsent || !await IsConsentedAsync(request, session, context.RequestAborted))
            return request.MustNotAsk ? Tell(request, "consent_required", "The person has to be asked.") : Ask(context, request, given);
        return await GrantAsync(request, session, consents: false, context.RequestAborted);
    }

    private async Task<bool> IsConsentedAsync(AuthorizationRequest request, Session session, CancellationToken cancellationToken)
    {
        if (request.Client.IsTrusted)
            return true;
        // Any program of the machine can claim to be a public client there, so a person's yes is not kept (RFC 8252, section 8.6).
        var anybody = !request.Client.IsConfidential && !request.Redirect.StartsWith("https://", StringComparison.Ordinal);
        return !anybody && await grants.IsConsentedAsync(session.Subject, request.Client.Id, request.Scopes, cancellationToken);
    }

    private async Task<IResult> GrantAsync(AuthorizationRequest request, Session session, bool consents, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (grant, code, statements) = grants.Grant(request, session, now);
        await journal.CommitAsync(
            new Change
            {
                Answer = new StoredAnswer(303),
                Statements = consents ? [.. statements, GrantStore.Consent(session.Subject, request.Client.Id, request.Scopes, now)] : statements,
                Events = [IdentityEvents.Of(IdentityTopics.Sessions, "grant.given", session.Subject, ("grant", grant), ("client", request.Client.Id), ("scopes", string.Join(' ', request.Scopes)))],
            },
            cancellationToken);
        return new SeeOther(request.Answer(settings.Issuer, ("code", code)));
    }

    private SeeOther Tell(AuthorizationRequest request, string error, string description) =>
        new(request.Answer(settings.Issuer, ("error", error), ("error_description", description)));

    private IResult Ask(HttpContext context, AuthorizationRequest request, Dictionary<string, string> given)
    {
        var fields = Html.Join(given.Where(static p => !NotKept.Contains(p.Key)).Select(static p => Html.Of($"<input type=\"hidden\" name=\"{p.Key}\" value=\"{p.Value}\">")));
        var asks = Html.Join(request.Scopes.Select(static s => Html.Of($"<li>{Scope.Describe(s)}</li>")));
        return page.Show(
            $"Let {request.Client.Name} in?",
            Html.Of($"""
                <h1>Let {request.Client.Name} in?</h1>
                <div class="card"><p>It wants to:</p><ul>{asks}</ul><p class="quiet">Its answer goes to {RedirectAddress.Source(request.Redirect)}. You can end this at any time on your account page.</p>
                <form method="post" action="{page.Prefix}/identity/oauth/authorize">{forms.Hidden(context)}{fields}
                <button name="decision" value="allow">Let it in</button><button class="plain" name="decision" value="deny">No</button></form></div>
                """),
            leadsTo: RedirectAddress.Source(request.Redirect));
    }

    /// <summary>The same request again, for after the login; it does not ask for another one then.</summary>
    private static string Path(Dictionary<string, string> given, bool anew)
    {
        var kept = given.Where(p => !NotKept.Contains(p.Key) && !(anew && p.Key is "max_age"))
            .Select(p => anew && p.Key == "prompt" ? new(p.Key, string.Join(' ', p.Value.Split(' ').Where(static w => w != "login"))) : p)
            .Where(static p => p.Value.Length > 0);
        return "/identity/oauth/authorize?" + string.Join('&', kept.Select(static p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
    }
}
