using System.Globalization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Pages;

/// <summary><c>/identity/account/passkeys</c>: one's own passkeys: made, named, removed. Making one needs the script; the rest does not.</summary>
internal sealed class PasskeyPages(Page page, Forms forms, PasskeyForms passkeyForms, SessionStore sessions, SessionCookie cookie, PasskeySetup setup, PasskeyStore store, Forwarding forwarding)
{
    public const string Path = "/identity/account/passkeys";

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        Page.Map(routes);
        routes.MapGet(Path, Refusals.Guard(forwarding.OfCookie(ShowAsync))).OpenToAll().Describe(Service, "The page of one's own passkeys", 200, "text/html");
        routes.MapPost(Path, Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, BeginAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("password")).RefusesAs(page.Flaw).Describe(Service, "Its form: the page that asks the authenticator", 200, "text/html");
        routes.MapPost(Path + "/make", Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, FinishAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("ceremony", "credential", "name")).RefusesAs(page.Flaw).Describe(Service, "Its form with the authenticator's answer", 303, null);
        routes.MapPost(Path + "/rename", Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, RenameAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("id", "name")).RefusesAs(page.Flaw).Describe(Service, "Its form to give one another name", 303, null);
        routes.MapPost(Path + "/remove", Refusals.Guard(forwarding.OfCookie(c => WithSessionAsync(c, RemoveAsync)))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("id", "password")).RefusesAs(page.Flaw).Describe(Service, "Its form to remove one", 303, null);
    }

    private async Task<IResult> ShowAsync(HttpContext context) => await sessions.FindAsync(cookie.Read(context), context.RequestAborted) is { } session
        ? await ListAsync(context, session.Subject, null)
        : ToLogin();

    private async Task<IResult> WithSessionAsync(HttpContext context, Func<HttpContext, Session, Dictionary<string, string>, Task<IResult>> answer)
    {
        if (await forms.ReadAsync(context) is not { } form)
            return page.Refuse("That form is too old", "Go back, load the page again, and try once more.");
        return await sessions.FindAsync(cookie.Read(context), context.RequestAborted) is { } session ? await answer(context, session, form) : ToLogin();
    }

    private async Task<IResult> BeginAsync(HttpContext context, Session session, Dictionary<string, string> form)
    {
        var (asked, refusal) = await setup.BeginAsync(context, session.Subject, session.Id, form.GetValueOrDefault("password"));
        if (refusal is not null)
            return await ListAsync(context, session.Subject, "The password is not right, there were too many tries, or you have as many passkeys as there may be.");
        return page.Show(
            "A new passkey",
            Html.Of($"""
                <h1>A new passkey</h1><p>Your device keeps it, and asks for your finger, your face or its code before it uses it.</p><noscript><p class="bad">This needs script, which your browser does not run.</p></noscript>
                {passkeyForms.Make(context, Path + "/make", asked!)}<nav><a href="{page.Prefix}{Path}">Your passkeys</a></nav>
                """),
            script: true);
    }

    private async Task<IResult> FinishAsync(HttpContext context, Session session, Dictionary<string, string> form)
    {
        var (_, refusal) = await setup.FinishAsync(context, session.Subject, session.Id, form.GetValueOrDefault("ceremony"), form.GetValueOrDefault("credential", ""), form.GetValueOrDefault("name"));
        return refusal is null ? new SeeOther(page.Prefix + Path) : await ListAsync(context, session.Subject, "The passkey was not made: your device has one already, did not ask who you are, or took longer than five minutes.");
    }

    private async Task<IResult> RenameAsync(HttpContext context, Session session, Dictionary<string, string> form) =>
        await setup.RenameAsync(context, session.Subject, form.GetValueOrDefault("id", ""), form.GetValueOrDefault("name")) is null
            ? new SeeOther(page.Prefix + Path)
            : await ListAsync(context, session.Subject, "That name is too long, or the passkey is gone.");

    private async Task<IResult> RemoveAsync(HttpContext context, Session session, Dictionary<string, string> form) =>
        await setup.RemoveAsync(context, session.Subject, form.GetValueOrDefault("id", ""), form.GetValueOrDefault("password")) is null
            ? new SeeOther(page.Prefix + Path)
            : await ListAsync(context, session.Subject, "The password is not right, there were too many tries, or the passkey is gone.");

    private SeeOther ToLogin() => new($"{page.Prefix}/identity/login?return={Uri.EscapeDataString(Path)}");

    private async Task<IResult> ListAsync(HttpContext context, string subject, string? wrong)
    {
        var passkeys = await store.ListAsync(subject, context.RequestAborted);
        var rows = passkeys.Count == 0 ? Html.Empty : Html.Of($"<div class=\"card\"><ul class=\"rows\">{Html.Join(passkeys.Select(p => Row(context, p)))}</ul></div>");
        var more = !setup.IsPossible
            ? Html.Of($"<p class=\"quiet\">This platform is reached by an address, for which browsers make no passkeys.</p>")
            : passkeys.Count >= PasskeySetup.Most ? Html.Empty : Html.Of($"""
                <h2>Make one</h2><form class="card" method="post" action="{page.Prefix}{Path}">{forms.Hidden(context)}
                <label>Your password<input type="password" name="password" autocomplete="current-password" required></label><button>Go on</button></form>
                """);
        return page.Show(
            "Your passkeys",
            Html.Of($"""
                <h1>Your passkeys</h1><p>With a passkey you log in without a password, and nobody can trick you out of it.</p>{LoginPages.Wrong(wrong)}
                {rows}{more}<nav><a href="{page.Prefix}{ReturnPath.Account}">Your account</a></nav>
                """),
            wrong is null ? 200 : 422, wide: true);
    }

    private Html Row(HttpContext context, PasskeyView passkey)
    {
        var where = !passkey.Synced ? "on one device" : passkey.BackedUp ? "synced, backed up" : "may be synced, not backed up";
        var used = passkey.UsedAt is { } at ? $"last used {Time(at)}" : "never used";
        var suspect = passkey.SuspectAt is { } when ? Html.Of($"<br><span class=\"wrong\">Refused on {Time(when)}: there may be a copy of it. If you don't know why, remove it.</span>") : Html.Empty;
        return Html.Of($"""
            <li><div><b>{passkey.Name}</b><br><span class="quiet">made {Time(passkey.CreatedAt)}, {used}, {where}</span>{suspect}</div>
            <details><summary>Change</summary>
            <form method="post" action="{page.Prefix}{Path}/rename">{forms.Hidden(context)}<input type="hidden" name="id" value="{passkey.Id}"><label>Name<input type="text" name="name" maxlength="{PasskeySetup.LongestName.ToString(CultureInfo.InvariantCulture)}" value="{passkey.Name}" required></label><button class="plain small">Rename</button></form>
            <form method="post" action="{page.Prefix}{Path}/remove">{forms.Hidden(context)}<input type="hidden" name="id" value="{passkey.Id}"><label>Your password<input type="password" name="password" autocomplete="current-password" required></label><button class="plain small">Remove</button></form>
            </details></li>
            """);
    }

    private static string Time(DateTimeOffset at) => at.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
