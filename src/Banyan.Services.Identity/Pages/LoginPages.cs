using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Peers;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.OpenIdConnect;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Pages;

/// <summary><c>/identity/login</c>: address and password, then the code; or a passkey, in the place of all of them or of the code.</summary>
internal sealed class LoginPages(Page page, Forms forms, PasskeyForms passkeyForms, Login login, PasskeyLogin passkeys, SessionCookie cookie, ClientStore clients, Homes homes, Forwarding forwarding)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/login", Refusals.Guard(ShowAsync)).OpenToAll().TakesQuery(Forms.Text("return")).RefusesAs(page.Flaw).Describe(Service, "The page to log in", 200, "text/html");
        routes.MapPost("/identity/login", Refusals.Guard(PostAsync)).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("identifier", "password", "return")).RefusesAs(page.Flaw).Describe(Service, "Its form", 303, null);
        routes.MapPost("/identity/login/code", Refusals.Guard(forwarding.OfField("challenge", PostCodeAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("challenge", "code", "return")).RefusesAs(page.Flaw).Describe(Service, "The form of the second step", 303, null);
        routes.MapPost("/identity/login/passkey", Refusals.Guard(forwarding.OfPasskey(PostPasskeyAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("ceremony", PasskeyAnswer.Field, "return")).RefusesAs(page.Flaw).Describe(Service, "The form of a login with a passkey", 303, null);
        routes.MapPost("/identity/login/code/passkey", Refusals.Guard(forwarding.OfField("challenge", PostSecondPasskeyAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("challenge", "ceremony", PasskeyAnswer.Field, "return")).RefusesAs(page.Flaw).Describe(Service, "The form of the second step with a passkey", 303, null);
    }

    private async Task<IResult> ShowAsync(HttpContext context)
    {
        var path = ReturnPath.Read(context.Request.Query["return"]);
        return await FormAsync(context, path, await LeadsToAsync(path, context.RequestAborted), null);
    }

    private async Task<IResult> PostAsync(HttpContext context)
    {
        var body = await context.KeepBodyAsync();
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", "Go back, load the page again, and try once more.");
        var path = ReturnPath.Read(form.GetValueOrDefault("return"));
        var leadsTo = await LeadsToAsync(path, context.RequestAborted);
        if (Identifier.TryRead(form.GetValueOrDefault("identifier")) is not { } identifier)
            return await FormAsync(context, path, leadsTo, "Write an e-mail address, or a phone number that begins with + and the country's code.", 422);
        var (elsewhere, isSure) = await forwarding.OfAddressAsync(context, identifier, null, body);
        if (elsewhere is PassedOnAnswer { Status: 401 } refused && !isSure)
        {
            refused.Dispose();
            return await UnsureAsync(context, path, leadsTo);
        }

        if (elsewhere is not null)
            return elsewhere;
        var outcome = await login.WithPasswordAsync(identifier, form.GetValueOrDefault("password", ""), context.Request.Headers.UserAgent, context.RequestAborted);
        return outcome is LoginOutcome.Refused && !isSure ? await UnsureAsync(context, path, leadsTo) : await AnswerAsync(context, outcome, path, leadsTo, null);
    }

    private async Task<IResult> PostCodeAsync(HttpContext context)
    {
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", "Go back, load the page again, and try once more.");
        var path = ReturnPath.Read(form.GetValueOrDefault("return"));
        var challenge = form.GetValueOrDefault("challenge", "");
        var outcome = await login.WithCodeAsync(challenge, form.GetValueOrDefault("code", ""), context.Request.Headers.UserAgent, context.RequestAborted);
        return await AnswerAsync(context, outcome, path, await LeadsToAsync(path, context.RequestAborted), challenge);
    }

    private async Task<IResult> PostPasskeyAsync(HttpContext context)
    {
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", "Go back, load the page again, and try once more.");
        var path = ReturnPath.Read(form.GetValueOrDefault("return"));
        var leadsTo = await LeadsToAsync(path, context.RequestAborted);
        var outcome = await passkeys.AloneAsync(context, forms.Kept(context), form.GetValueOrDefault("ceremony"), form.GetValueOrDefault(PasskeyAnswer.Field, ""), context.Request.Headers.UserAgent);
        return outcome is LoginOutcome.Refused
            ? await FormAsync(context, path, leadsTo, "The passkey was not taken. It may have been removed, or this page was open for more than five minutes: try again, or log in with your password.", 401)
            : await AnswerAsync(context, outcome, path, leadsTo, null);
    }

    private async Task<IResult> PostSecondPasskeyAsync(HttpContext context)
    {
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", "Go back, load the page again, and try once more.");
        var path = ReturnPath.Read(form.GetValueOrDefault("return"));
        var challenge = form.GetValueOrDefault("challenge", "");
        var outcome = await login.WithPasskeyAsync(context, challenge, form.GetValueOrDefault("ceremony"), form.GetValueOrDefault(PasskeyAnswer.Field, ""), context.Request.Headers.UserAgent, context.RequestAborted);
        return await AnswerAsync(context, outcome, path, await LeadsToAsync(path, context.RequestAborted), challenge);
    }

    private Task<IResult> UnsureAsync(HttpContext context, string path, string? leadsTo) =>
        FormAsync(context, path, leadsTo, "The address or the password is not right, or your account is in a region that does not answer at the moment. Try again.", 503);

    private async Task<IResult> AnswerAsync(HttpContext context, LoginOutcome outcome, string path, string? leadsTo, string? challenge)
    {
        switch (outcome)
        {
            case LoginOutcome.Begun begun:
                cookie.Set(context, begun.Cookie, begun.Session.ExpiresAt);
                return new SeeOther(page.Prefix + path);
            case LoginOutcome.NeedsCode needs:
                return await CodeFormAsync(context, path, leadsTo, needs.Challenge, null);
            case LoginOutcome.Locked locked:
                _ = Refusals.Locked(context, locked.Wait); // sets Retry-After
                return await FormAsync(context, path, leadsTo, $"Too many failed logins. Wait {(locked.Wait < TimeSpan.FromMinutes(1) ? "a minute" : $"{Math.Ceiling(locked.Wait.TotalMinutes)} minutes")}, then try again.", 429);
            default:
                return challenge is null
                    ? await FormAsync(context, path, leadsTo, "The address or the password is not right.", 401)
                    : await CodeFormAsync(context, path, leadsTo, challenge, "That is not right, or was used already. After five tries, log in again.", 401);
        }
    }

    private async Task<IResult> FormAsync(HttpContext context, string path, string? leadsTo, string? wrong, int status = 200)
    {
        var passkey = await passkeyForms.LoginAsync(context, path, offers: wrong is null);
        var body = Html.Of($"""
            <h1>Log in</h1>{Wrong(wrong)}
            <form class="card" method="post" action="{page.Prefix}/identity/login">{forms.Hidden(context)}<input type="hidden" name="return" value="{path}">
            <label>E-mail or phone<input type="text" name="identifier" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" required autofocus></label>
            <label>Password<input type="password" name="password" autocomplete="current-password" required></label>
            <button>Log in</button></form>{passkey}
            <nav><a href="{page.Prefix}/identity/register">Register</a><a href="{page.Prefix}/identity/reset">New password</a></nav>{Elsewhere(path)}
            """);
        return page.Show("Log in", body, status, leadsTo, script: passkeys.IsPossible);
    }

    /// <summary>Where other regions can't be asked, people whose home is another go on there.</summary>
    private Html Elsewhere(string path)
    {
        var back = Uri.EscapeDataString(path);
        var links = Html.Join(homes.Others.Select(r => Html.Of($" <a href=\"/regions/{r}/identity/login?return={back}\">{r}</a>")));
        return homes.Others.Count == 0 || forwarding.IsPossible ? Html.Empty : Html.Of($"<p class=\"quiet\">Accounts of {homes.Own} log in here. If yours is of another region, go on there:{links}</p>");
    }

    private async Task<IResult> CodeFormAsync(HttpContext context, string path, string? leadsTo, string challenge, string? wrong, int status = 200)
    {
        var passkey = await passkeyForms.SecondFactorAsync(context, path, challenge);
        var body = Html.Of($"""
            <h1>Your code</h1><p class="quiet">Of your authenticator, or one of your recovery codes.</p>{Wrong(wrong)}
            <form class="card" method="post" action="{page.Prefix}/identity/login/code">{forms.Hidden(context)}<input type="hidden" name="return" value="{path}"><input type="hidden" name="challenge" value="{challenge}">
            <label>Code<input type="text" name="code" autocomplete="one-time-code" inputmode="numeric" autocapitalize="characters" spellcheck="false" required autofocus></label>
            <button>Go on</button></form>{passkey}
            """);
        return page.Show("Your code", body, status, leadsTo, script: passkeys.IsPossible);
    }

    /// <summary>The client's address, where logging in leads to one: browsers follow no redirect to it otherwise.</summary>
    private async Task<string?> LeadsToAsync(string path, CancellationToken cancellationToken)
    {
        if (path.IndexOf('?', StringComparison.Ordinal) is var query && query < 0)
            return null;
        var given = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(path[query..]);
        var redirect = given.GetValueOrDefault("redirect_uri").ToString();
        return await clients.FindAsync(given.GetValueOrDefault("client_id").ToString(), cancellationToken) is { } client && client.RedirectsTo(redirect) ? RedirectAddress.Source(redirect) : null;
    }

    internal static Html Wrong(string? wrong) => wrong is null ? Html.Empty : Html.Of($"<p class=\"bad\" role=\"alert\">{wrong}</p>");
}

/// <summary>303: go on there with GET, whatever came before.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }
}
