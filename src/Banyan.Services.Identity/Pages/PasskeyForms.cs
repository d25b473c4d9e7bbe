using Banyan.Services.Identity.Passkeys;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Pages;

/// <summary>The forms that <c>passkeys.js</c> shows and fills; without script they stay hidden.</summary>
internal sealed class PasskeyForms(Page page, Forms forms, PasskeyLogin passkeys)
{
    /// <summary>For logging in with a passkey alone; empty where there are none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Where the person goes on.</param>
    /// <param name="offers">Whether the browser offers passkeys for the address field, too; not again after one was refused.</param>
    public async Task<Html> LoginAsync(HttpContext context, string path, bool offers) => passkeys.IsPossible
        ? Form(context, "/identity/login/passkey", "log-in", await passkeys.AskAsync(context, forms.Keep(context)), "Use a passkey", plain: true, Html.Of($"<input type=\"hidden\" name=\"return\" value=\"{path}\">"), offers)
        : Html.Empty;

    /// <summary>For the second step of a login; empty where the person has no passkey.</summary>
    public async Task<Html> SecondFactorAsync(HttpContext context, string path, string challenge) => await passkeys.AskForSecondFactorAsync(context, challenge) is { } asked
        ? Form(context, "/identity/login/code/passkey", "log-in", asked, "Use a passkey instead", plain: true, Html.Of($"<input type=\"hidden\" name=\"return\" value=\"{path}\"><input type=\"hidden\" name=\"challenge\" value=\"{challenge}\">"))
        : Html.Empty;

    /// <summary>For making one.</summary>
    public Html Make(HttpContext context, string path, PasskeyAsked asked) => Form(
        context, path, "make", asked, "Make the passkey", plain: false,
        Html.Of($"<label>Name<input type=\"text\" name=\"name\" maxlength=\"{PasskeySetup.LongestName.ToString(System.Globalization.CultureInfo.InvariantCulture)}\" value=\"{Agent.NameOf(context.Request.Headers.UserAgent)}\" autocomplete=\"off\"></label>"));

    private Html Form(HttpContext context, string path, string what, PasskeyAsked asked, string button, bool plain, Html fields, bool offers = false) => Html.Of($"""
        <form{(plain ? Html.Empty : new Html(" class=\"card\""))} method="post" action="{page.Prefix}{path}" data-passkey="{what}"{(offers ? new Html(" data-offer") : Html.Empty)} data-options="{asked.Options}" hidden>{forms.Hidden(context)}{fields}
        <input type="hidden" name="ceremony" value="{asked.Ceremony}"><input type="hidden" name="credential" value="">
        <button{(plain ? new Html(" class=\"plain\"") : Html.Empty)}>{button}</button><p class="bad" role="alert" data-words hidden></p></form>
        """);
}
