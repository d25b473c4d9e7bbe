using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.SecondFactor;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Pages;

/// <summary><c>/identity/account/second-factor</c>: setting up an authenticator by a picture, and removing it.</summary>
internal sealed class SecondFactorPages(Page page, Forms forms, SessionStore sessions, SessionCookie cookie, SecondFactorSetup setup, TotpStore store, Forwarding forwarding)
{
    public const string Path = "/identity/account/second-factor";
    private const string TooOld = "Go back, load the page again, and try once more.";

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet(Path, Refusals.Guard(forwarding.OfCookie(ShowAsync))).OpenToAll().Describe(Service, "The page of one's own second factor", 200, "text/html");
        routes.MapPost(Path, Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, BeginAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("password")).RefusesAs(page.Flaw).Describe(Service, "Its form: a secret, as a picture too", 200, "text/html");
        routes.MapPost(Path + "/confirm", Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, ConfirmAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("code")).RefusesAs(page.Flaw).Describe(Service, "Its form with the first code", 200, "text/html");
        routes.MapPost(Path + "/remove", Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, RemoveAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("code")).RefusesAs(page.Flaw).Describe(Service, "Its form to turn it off", 303, null);
    }

    private async Task<IResult> ShowAsync(HttpContext context) => await sessions.FindAsync(cookie.Read(context), context.RequestAborted) is not { } session
        ? new SeeOther($"{page.Prefix}/identity/login?return={Uri.EscapeDataString(Path)}")
        : await store.IsOnAsync(session.Subject, context.RequestAborted) ? RemoveForm(context, null) : PasswordForm(context, null);

    private async Task<IResult> WithSessionAsync(HttpContext context, Func<HttpContext, Session, Dictionary<string, string>, Task<IResult>> answer)
    {
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", TooOld);
        return await sessions.FindAsync(cookie.Read(context), context.RequestAborted) is { } session
            ? await answer(context, session, form)
            : new SeeOther($"{page.Prefix}/identity/login?return={Uri.EscapeDataString(Path)}");
    }

    private async Task<IResult> BeginAsync(HttpContext context, Session session, Dictionary<string, string> form)
    {
        var (secret, refusal) = await setup.BeginAsync(context, session.Subject, form.GetValueOrDefault("password"));
        if (refusal is not null)
            return PasswordForm(context, "The password is not right, there were too many tries, or an authenticator is set up already.");
        var groups = string.Join(' ', secret!.Secret.Chunk(4).Select(static g => new string(g)));
        return page.Show(
            "Your authenticator",
            Html.Of($"""
                <h1>Your authenticator</h1><p>Take this picture with your authenticator, or write the secret there.</p>
                <div class="card">{QrPicture.Of(secret.Uri)}<p class="quiet">Secret: <code>{groups}</code></p></div>{CodeForm(context, "confirm", "Turn it on")}
                """));
    }

    private async Task<IResult> ConfirmAsync(HttpContext context, Session session, Dictionary<string, string> form)
    {
        var (codes, refusal) = await setup.ConfirmAsync(context, session.Subject, form.GetValueOrDefault("code"));
        if (refusal is not null)
        {
            return page.Show(
                "Your authenticator", Html.Of($"<h1>Your authenticator</h1>{LoginPages.Wrong("The code is not right, or there were too many tries. Look whether your device shows the right time.")}{CodeForm(context, "confirm", "Turn it on")}<nav><a href=\"{page.Prefix}{Path}\">Begin again</a></nav>"), 422);
        }

        var lines = Html.Join(codes.Select(static c => Html.Of($"<li><code>{c}</code></li>")));
        return page.Show(
            "Recovery codes",
            Html.Of($"""
                <h1>It is on</h1><p>From now on you log in with a code. Keep these recovery codes where you find them without your device; each is good once, and they are not shown again.</p>
                <div class="card"><ul>{lines}</ul></div><nav><a href="{page.Prefix}{ReturnPath.Account}">Your account</a></nav>
                """));
    }

    private async Task<IResult> RemoveAsync(HttpContext context, Session session, Dictionary<string, string> form)
    {
        var (_, refusal) = await setup.RemoveAsync(context, session.Subject, form.GetValueOrDefault("code"));
        return refusal is null ? new SeeOther(page.Prefix + ReturnPath.Account) : RemoveForm(context, "The code is not right, or there were too many tries.");
    }

    private IResult PasswordForm(HttpContext context, string? wrong) => page.Show(
        "Second factor",
        Html.Of($"""
            <h1>Second factor</h1><p>With an authenticator on your device, a password alone lets nobody in.</p>{LoginPages.Wrong(wrong)}
            <form class="card" method="post" action="{page.Prefix}{Path}">{forms.Hidden(context)}
            <label>Your password<input type="password" name="password" autocomplete="current-password" required autofocus></label>
            <button>Go on</button></form><nav><a href="{page.Prefix}{ReturnPath.Account}">Your account</a></nav>
            """),
        wrong is null ? 200 : 422);

    private IResult RemoveForm(HttpContext context, string? wrong) => page.Show(
        "Second factor",
        Html.Of($"""
            <h1>Second factor</h1><p>It is on. With a code of it, or a recovery code, you turn it off.</p>{LoginPages.Wrong(wrong)}{CodeForm(context, "remove", "Turn it off")}
            <nav><a href="{page.Prefix}{ReturnPath.Account}">Your account</a></nav>
            """),
        wrong is null ? 200 : 422);

    private Html CodeForm(HttpContext context, string what, string button) => Html.Of($"""
        <form class="card" method="post" action="{page.Prefix}{Path}/{what}">{forms.Hidden(context)}
        <label>Code<input type="text" name="code" autocomplete="one-time-code" inputmode="numeric" autocapitalize="characters" spellcheck="false" required></label>
        <button>{button}</button></form>
        """);
}
