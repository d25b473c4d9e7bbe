using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Peers;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Elsewhere;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Pages;

/// <summary><c>/identity/register</c>, <c>/identity/reset</c>, <c>/identity/invitation</c>: becoming somebody here, and a new password.</summary>
internal sealed class RegistrationPages(Page page, Forms forms, Registration registration, Invitations invitations, Forwarding forwarding)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/identity/register", Refusals.Guard(c => Task.FromResult(RegisterForm(c, null)))).OpenToAll().Describe(Service, "The page to register", 200, "text/html");
        routes.MapPost("/identity/register", Refusals.Guard(RegisterAsync)).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("identifier", "password", "name")).RefusesAs(page.Flaw).Describe(Service, "Its form", 200, "text/html");
        routes.MapPost("/identity/register/confirm", Refusals.Guard(forwarding.OfField("confirmation", ConfirmAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("confirmation", "code")).RefusesAs(page.Flaw).Describe(Service, "Its second form", 200, "text/html");
        routes.MapGet("/identity/reset", Refusals.Guard(c => Task.FromResult(ResetForm(c, null)))).OpenToAll().Describe(Service, "The page for a new password", 200, "text/html");
        routes.MapPost("/identity/reset", Refusals.Guard(ResetAsync)).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("identifier")).RefusesAs(page.Flaw).Describe(Service, "Its form", 200, "text/html");
        routes.MapPost("/identity/reset/confirm", Refusals.Guard(forwarding.OfField("confirmation", ConfirmResetAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("confirmation", "code", "password")).RefusesAs(page.Flaw).Describe(Service, "Its second form", 200, "text/html");
        routes.MapGet("/identity/invitation", Refusals.Guard(c => Task.FromResult(InvitationForm(c, null)))).OpenToAll().Describe(Service, "The page to accept an invitation", 200, "text/html");
        routes.MapPost("/identity/invitation", Refusals.Guard(forwarding.OfField("token", AcceptAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesForm(Forms.Fields("token", "identifier", "password", "name")).RefusesAs(page.Flaw).Describe(Service, "Its form", 200, "text/html");
    }

    private Task<IResult> RegisterAsync(HttpContext context) => WithFormAsync(context, async form =>
    {
        var asked = await registration.RegisterAsync(new RegistrationRequest(form.GetValueOrDefault("identifier"), form.GetValueOrDefault("password"), form.GetValueOrDefault("name")), context.RequestAborted);
        return asked.Needed is { } needed ? CodeForm(context, "register", needed.Confirmation, null) : RegisterForm(context, string.Join(' ', asked.Problems));
    });

    private Task<IResult> ConfirmAsync(HttpContext context) => WithFormAsync(context, async form =>
    {
        var confirmation = form.GetValueOrDefault("confirmation", "");
        return await registration.ConfirmAsync(new ConfirmationRequest(confirmation, form.GetValueOrDefault("code"), null), context.RequestAborted) is not null
            ? Done("You have an account", "Your address is confirmed.")
            : CodeForm(context, "register", confirmation, "The code is not right, was used, or is too old.");
    });

    private async Task<IResult> ResetAsync(HttpContext context)
    {
        var body = await context.KeepBodyAsync();
        return await WithFormAsync(context, form => ResetAsync(context, form, body));
    }

    private async Task<IResult> ResetAsync(HttpContext context, Dictionary<string, string> form, byte[] body)
    {
        if (Identifier.TryRead(form.GetValueOrDefault("identifier")) is { } identifier && (await forwarding.OfAddressAsync(context, identifier, null, body)).Answer is { } elsewhere)
            return elsewhere;
        var asked = await registration.AskForResetAsync(new ResetRequest(form.GetValueOrDefault("identifier")), context.RequestAborted);
        return asked.Needed is { } needed ? CodeForm(context, "reset", needed.Confirmation, null) : ResetForm(context, string.Join(' ', asked.Problems));
    }

    private Task<IResult> ConfirmResetAsync(HttpContext context) => WithFormAsync(context, async form =>
    {
        var confirmation = form.GetValueOrDefault("confirmation", "");
        return await registration.ConfirmResetAsync(new ConfirmationRequest(confirmation, form.GetValueOrDefault("code"), form.GetValueOrDefault("password")), context.RequestAborted) is { } wrong
            ? CodeForm(context, "reset", confirmation, wrong)
            : Done("Your password is new", "Everybody who was logged in as you is logged out.");
    });

    private Task<IResult> AcceptAsync(HttpContext context) => WithFormAsync(context, async form =>
    {
        var accepted = await invitations.AcceptAsync(
            new Acceptance(form.GetValueOrDefault("token"), form.GetValueOrDefault("identifier"), form.GetValueOrDefault("password"), form.GetValueOrDefault("name")), context.RequestAborted);
        return accepted.Subject is not null ? Done("Welcome to the staff", "Log in, then set up an authenticator on your account page.") : InvitationForm(context, string.Join(' ', accepted.Problems));
    });

    private async Task<IResult> WithFormAsync(HttpContext context, Func<Dictionary<string, string>, Task<IResult>> answer) =>
        await forms.ReadAsync(context) is { } form ? await answer(form) : page.Refuse("That form is too old", "Go back, load the page again, and try once more.");

    private IResult RegisterForm(HttpContext context, string? wrong) => page.Show(
        "Register",
        Html.Of($"""
            <h1>Register</h1>{LoginPages.Wrong(wrong)}
            <form class="card" method="post" action="{page.Prefix}/identity/register">{forms.Hidden(context)}
            <label>E-mail or phone<input type="text" name="identifier" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus></label>
            <label>Name<input type="text" name="name" autocomplete="name"></label>
            <label>Password<input type="password" name="password" autocomplete="new-password" minlength="10" required></label>
            <p class="quiet">At least 10 characters; a few words make a good one. You are sent a code to confirm your address.</p>
            <button>Register</button></form>
            <nav><a href="{page.Prefix}/identity/login">Log in instead</a></nav>
            """),
        wrong is null ? 200 : 422);

    private IResult ResetForm(HttpContext context, string? wrong) => page.Show(
        "New password",
        Html.Of($"""
            <h1>New password</h1>{LoginPages.Wrong(wrong)}
            <form class="card" method="post" action="{page.Prefix}/identity/reset">{forms.Hidden(context)}
            <label>E-mail or phone<input type="text" name="identifier" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus></label>
            <button>Send me a code</button></form>
            """),
        wrong is null ? 200 : 422);

    private IResult CodeForm(HttpContext context, string purpose, string confirmation, string? wrong)
    {
        var password = purpose == "reset" ? Html.Of($"<label>New password<input type=\"password\" name=\"password\" autocomplete=\"new-password\" minlength=\"10\" required></label>") : Html.Empty;
        return page.Show(
            "Confirm",
            Html.Of($"""
                <h1>Confirm</h1><p class="quiet">If your address can be used here, a code of eight digits is on its way to it. It is good for an hour.</p>{LoginPages.Wrong(wrong)}
                <form class="card" method="post" action="{page.Prefix}/identity/{purpose}/confirm">{forms.Hidden(context)}<input type="hidden" name="confirmation" value="{confirmation}">
                <label>Code<input type="text" name="code" autocomplete="one-time-code" inputmode="numeric" required autofocus></label>{password}
                <button>Confirm</button></form>
                """),
            wrong is null ? 200 : 422);
    }

    private IResult InvitationForm(HttpContext context, string? wrong) => page.Show(
        "Accept an invitation",
        Html.Of($"""
            <h1>Accept an invitation</h1>{LoginPages.Wrong(wrong)}
            <form class="card" method="post" action="{page.Prefix}/identity/invitation">{forms.Hidden(context)}
            <label>Invitation<input type="text" name="token" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus></label>
            <label>E-mail or phone<input type="text" name="identifier" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
            <label>Name<input type="text" name="name" autocomplete="name"></label>
            <label>Password<input type="password" name="password" autocomplete="new-password" minlength="10" required></label>
            <button>Accept</button></form>
            """),
        wrong is null ? 200 : 422);

    private IResult Done(string title, string detail) => page.Show(title, Html.Of($"<h1>{title}</h1><p>{detail}</p><nav><a href=\"{page.Prefix}/identity/login\">Log in</a></nav>"));
}
