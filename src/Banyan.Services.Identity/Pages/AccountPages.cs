using System.Globalization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Journal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.OpenIdConnect;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.SecondFactor;
using Banyan.Services.Identity.Sessions;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Pages;

/// <summary><c>/identity/account</c> and logging out (RP-initiated too: OpenID Connect RP-Initiated Logout 1.0).</summary>
internal sealed class AccountPages(
    IJournal journal, Page page, Forms forms, Homes homes, Forwarding forwarding, SessionStore sessions, SessionCookie cookie, SessionEnding ending, AccountStore accounts, TotpStore secondFactors, PasskeyStore passkeys, ClientStore clients,
    IAccessDirectory directory, IdentitySettings settings)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet(ReturnPath.Account, Refusals.Guard(forwarding.OfCookie(ShowAsync))).OpenToAll().Describe(Service, "The page of one's own account and sessions", 200, "text/html");
        routes.MapPost("/identity/account/end", Refusals.Guard(forwarding.OfCookie(EndAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("session")).RefusesAs(page.Flaw).Describe(Service, "Its form to end a session", 303, null);
        routes.MapGet("/identity/oauth/logout", Refusals.Guard(forwarding.OfCookie(LogoutAsync))).OpenToAll().TakesQuery(OAuthFields.Logout).RefusesAs(page.Flaw).Describe(Service, "Logs out (RP-initiated)", 303, null);
        routes.MapPost("/identity/oauth/logout", Refusals.Guard(forwarding.OfCookie(LogoutAsync))).OpenToAll().WithBodyLimit(OAuth.MaxLength).TakesForm([.. OAuthFields.Logout, Forms.Token]).RefusesAs(page.Flaw).Describe(Service, "The same as a form", 303, null);
    }

    private async Task<IResult> ShowAsync(HttpContext context)
    {
        var held = cookie.Read(context);
        if (homes.ElsewherePrefix(held) is { } elsewhere)
            return new SeeOther(elsewhere + ReturnPath.Account);
        if (await sessions.FindAsync(held, context.RequestAborted) is not { } session || await accounts.FindAsync(session.Subject, context.RequestAborted) is not { } account)
            return new SeeOther($"{page.Prefix}/identity/login");
        var (name, contacts) = await accounts.ReadPersonAsync(session.Subject, context.RequestAborted);
        var secondFactor = await secondFactors.IsOnAsync(session.Subject, context.RequestAborted);
        var keys = await passkeys.CountAsync(session.Subject, context.RequestAborted);
        var rows = Html.Join((await sessions.ListAsync(session.Subject, session.Id, context.RequestAborted)).Select(s => Row(context, s)));
        var addresses = Html.Join(contacts.Select(static c => Html.Of($"<li><div>{c.Address}</div><span class=\"quiet\">{(c.IsConfirmed ? "confirmed" : "not confirmed")}</span></li>")));
        return page.Show(
            "Your account",
            Html.Of($"""
                <h1>{name ?? "Your account"}</h1><p class="quiet"><code>{account.Subject}</code></p>
                <div class="card"><ul class="rows">{addresses}
                <li><div>Second factor</div><a href="{page.Prefix}{SecondFactorPages.Path}">{(secondFactor ? "on" : "off: set it up")}</a></li>
                <li><div>Passkeys</div><a href="{page.Prefix}{PasskeyPages.Path}">{(keys > 0 ? keys.ToString(CultureInfo.InvariantCulture) : "none: make one")}</a></li>
                <li><div>Verification</div><span class="quiet">level {account.Verification.ToString(CultureInfo.InvariantCulture)} of 3</span></li></ul></div>
                <h2>Where you are logged in</h2><div class="card"><ul class="rows">{rows}</ul></div>
                <form method="post" action="{page.Prefix}/identity/oauth/logout">{forms.Hidden(context)}<button class="plain">Log out</button></form>
                """),
            wide: true);
    }

    private Html Row(HttpContext context, SessionView session)
    {
        var where = session.Agent is { } agent ? Agent.NameOf(agent) : "A browser";
        var since = session.BeganAt.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
        var programs = session.Clients.Count == 0 ? "" : $" · {string.Join(", ", session.Clients)}";
        var end = session.Current
            ? Html.Of($"<span class=\"quiet\">this one</span>")
            : Html.Of($"<form method=\"post\" action=\"{page.Prefix}/identity/account/end\">{forms.Hidden(context)}<input type=\"hidden\" name=\"session\" value=\"{session.Id}\"><button class=\"plain small\">End</button></form>");
        return Html.Of($"<li><div>{where}<br><span class=\"quiet\">since {since}, {session.Acr}{programs}</span></div>{end}</li>");
    }

    private async Task<IResult> EndAsync(HttpContext context)
    {
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", "Go back, load the page again, and try once more.");
        if (await sessions.FindAsync(cookie.Read(context), context.RequestAborted) is { } session)
            await EndAsync(form.GetValueOrDefault("session", ""), session.Subject, context.RequestAborted);
        return new SeeOther(page.Prefix + ReturnPath.Account);
    }

    private async Task<IResult> LogoutAsync(HttpContext context)
    {
        var isForm = HttpMethods.IsPost(context.Request.Method);
        if (isForm && !context.Request.HasFormContentType)
            return page.Refuse("This request can't be read", "It must be a form.");
        var given = OAuth.Parameters(isForm ? await context.Request.ReadFormAsync(context.RequestAborted) : context.Request.Query);
        if (given is null)
            return page.Refuse("This request can't be read", "A parameter comes twice.");
        var hint = Jwt.Read(given.GetValueOrDefault("id_token_hint"), TokenIssuer.IdType, directory) is { } claims && Jwt.Text(claims, "iss") == settings.Issuer ? claims : (System.Text.Json.JsonElement?)null;
        var audience = hint is { } token ? Jwt.Text(token, "aud") : null;
        if (given.TryGetValue("client_id", out var id) && audience is not null && id != audience)
            return page.Refuse("This request can't be read", "id_token_hint was given to another program.");
        var back = given.GetValueOrDefault("post_logout_redirect_uri");
        if (back is not null && (await clients.FindAsync(audience ?? id, context.RequestAborted) is not { } client || !client.Logouts.Contains(back)))
            return page.Refuse("This program sent a wrong address", "post_logout_redirect_uri is not registered for it.");

        var session = await sessions.FindAsync(cookie.Read(context), context.RequestAborted);
        var sure = session is null || hint is { } of && Jwt.Text(of, "sid") == session.Id || isForm && await forms.ReadAsync(context) is not null;
        if (!sure)
        {
            var fields = Html.Join(given.Where(static p => p.Key != Forms.Field).Select(static p => Html.Of($"<input type=\"hidden\" name=\"{p.Key}\" value=\"{p.Value}\">")));
            return page.Show(
                "Log out?", Html.Of($"<h1>Log out?</h1><form class=\"card\" method=\"post\" action=\"{page.Prefix}/identity/oauth/logout\">{forms.Hidden(context)}{fields}<p>Everything that you logged in to from here ends.</p><button>Log out</button></form>"),
                leadsTo: back is null ? null : RedirectAddress.Source(back));
        }

        if (session is not null)
            await EndAsync(session.Id, session.Subject, context.RequestAborted);
        cookie.Clear(context);
        if (back is null)
            return page.Show("Logged out", Html.Of($"<h1>You are logged out</h1><nav><a href=\"{page.Prefix}/identity/login\">Log in again</a></nav>"));
        return new SeeOther(given.TryGetValue("state", out var state) ? $"{back}{(back.Contains('?', StringComparison.Ordinal) ? '&' : '?')}state={Uri.EscapeDataString(state)}" : back);
    }

    private async Task EndAsync(string session, string subject, CancellationToken cancellationToken)
    {
        await using var change = await journal.BeginAsync(null, cancellationToken);
        if (await ending.EndOneAsync(change, session, subject, "own", cancellationToken) is not { } ended)
            return;
        await change.CommitAsync(new StoredAnswer(204), cancellationToken);
        await ending.PublishAsync(ended, cancellationToken);
    }
}
