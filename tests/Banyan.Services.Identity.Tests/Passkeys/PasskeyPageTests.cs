using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>The pages of passkeys, as their script sends them. In a real browser they are in tests/Banyan.EndToEnd.Tests.</summary>
public partial class PasskeyPageTests
{
    private const string Path = "/identity/account/passkeys";

    /// <summary>What a page's script asks of the authenticator.</summary>
    internal static JsonElement Options(string page)
    {
        using var options = JsonDocument.Parse(WebUtility.HtmlDecode(DataOptions().Match(page).Groups["json"].Value));
        return options.RootElement.Clone();
    }

    [Fact]
    public async Task Pages_MakeNameUseAndRemoveAPasskey()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org", name: "Amina");
        var amina = new Person(cell);
        using (var stranger = await amina.BrowseAsync(HttpMethod.Get, Path))
            stranger.Headers.Location!.OriginalString.ShouldStartWith("/identity/login?return=");
        await amina.BeginAsync("amina@example.org");
        (await TextAsync(amina, "/identity/account")).ShouldContain("none: make one");

        var list = await TextAsync(amina, Path);
        list.ShouldNotContain("<script");
        using (var wrong = await PostAsync(amina, Path, list, ("password", "not the password")))
            wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var asked = await PostAsync(amina, Path, list, ("password", Person.Password));
        asked.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("; script-src 'self';");
        var page = await asked.Content.ReadAsStringAsync();
        page.ShouldContain("<noscript>");
        using var device = new SoftAuthenticator();
        var made = device.Make(Options(page)).ToJsonString();
        using (var foreign = await amina.BrowseAsync(HttpMethod.Post, Path + "/make", [("form_token", "form.another"), ("credential", made)]))
            foreign.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using (var nothing = await PostAsync(amina, Path + "/make", page, ("credential", "")))
            nothing.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity); // and the answer's challenge is used up
        using var again = await PostAsync(amina, Path, list, ("password", Person.Password));
        page = await again.Content.ReadAsStringAsync();
        using (var done = await PostAsync(amina, Path + "/make", page, ("credential", device.Make(Options(page)).ToJsonString()), ("name", "My <phone>")))
            done.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        list = await TextAsync(amina, Path);
        list.ShouldContain("<b>My &lt;phone&gt;</b>");
        list.ShouldContain("never used");
        (await TextAsync(amina, "/identity/account")).ShouldContain($"<a href=\"{Path}\">1</a>");

        // Logging in, by the way of a program that wants a code.
        var browser = new Person(cell);
        const string Return = "/identity/oauth/authorize?client_id=banyan";
        var login = await TextAsync(browser, "/identity/login?return=" + Uri.EscapeDataString(Return));
        login.ShouldContain("autocomplete=\"username webauthn\"");
        login.ShouldContain(" data-offer data-options=");
        device.IsVerified = false;
        using (var refused = await PostAsync(browser, "/identity/login/passkey", login, ("credential", device.Use(Options(login)).ToJsonString())))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            login = await refused.Content.ReadAsStringAsync(); // a new challenge is on it
            login.ShouldContain("role=\"alert\"");
            login.ShouldNotContain(" data-offer"); // not by itself again
        }

        device.IsVerified = true;
        using (var begun = await PostAsync(browser, "/identity/login/passkey", login, ("credential", device.Use(Options(login)).ToJsonString())))
        {
            begun.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
            begun.Headers.Location!.OriginalString.ShouldBe(Return);
        }

        (await TextAsync(browser, "/identity/account")).ShouldContain("aal2");
        list = await TextAsync(browser, Path);
        list.ShouldContain("last used");
        using (var renamed = await PostAsync(browser, Path + "/rename", list, ("name", "Laptop")))
            renamed.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        list = await TextAsync(browser, Path);
        list.ShouldContain("<b>Laptop</b>");
        using (var kept = await PostAsync(browser, Path + "/remove", list, ("password", "not the password")))
            kept.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using (var removed = await PostAsync(browser, Path + "/remove", list, ("password", Person.Password)))
            removed.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await TextAsync(browser, Path)).ShouldNotContain("<b>");
    }

    [Fact]
    public async Task Login_WithoutScript_IsAsBefore()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        var page = await TextAsync(amina, "/identity/login");
        Regex.Count(page, "<form[^>]*data-passkey[^>]* hidden>").ShouldBe(1); // shown by the script alone
        using var begun = await amina.BrowseAsync(HttpMethod.Post, "/identity/login", [.. Person.Hidden(page).Where(f => f.Name is "form_token" or "return"), ("identifier", "amina@example.org"), ("password", Person.Password)]);
        begun.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task Script_IsServedAsOne_AndKept()
    {
        await using var cell = await IdentityCell.StartAsync();
        var page = await TextAsync(new Person(cell), "/identity/login");
        var path = ScriptPath().Match(page).Groups["path"].Value;
        using var script = await cell.Client.GetAsync(path);
        script.StatusCode.ShouldBe(HttpStatusCode.OK);
        script.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        script.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromDays(365));
        script.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        (await script.Content.ReadAsStringAsync()).ShouldContain("navigator.credentials");
        using var old = await cell.Client.GetAsync("/identity/passkeys.js?v=0");
        old.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    [Fact]
    public async Task Platform_ReachedByAnAddress_OffersNone()
    {
        await using var cell = await IdentityCell.StartAsync(("identity:issuer", "https://127.0.0.1:8080"));
        await cell.RegisterAsync("amina@example.org");
        var page = await TextAsync(new Person(cell), "/identity/login");
        page.ShouldNotContain("data-passkey");
        page.ShouldNotContain("<script");
        using var asked = await new Person(cell).PostJsonAsync("/identity/v1/sessions/passkey/options", null);
        asked.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var amina = new Person(cell);
        await amina.BeginAsync("amina@example.org");
        (await TextAsync(amina, Path)).ShouldContain("no passkeys");
    }

    private static async Task<string> TextAsync(Person person, string path)
    {
        using var response = await person.BrowseAsync(HttpMethod.Get, path);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }

    private static Task<HttpResponseMessage> PostAsync(Person person, string path, string page, params (string Name, string Value)[] fields) =>
        person.BrowseAsync(HttpMethod.Post, path, [.. Person.Hidden(page).Where(h => !fields.Any(f => f.Name == h.Name)), .. fields]);

    [GeneratedRegex("data-options=\"(?<json>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex DataOptions();

    [GeneratedRegex("<script src=\"(?<path>[^\"]*)\" defer>", RegexOptions.ExplicitCapture)]
    private static partial Regex ScriptPath();
}
