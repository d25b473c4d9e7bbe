using System.Net;
using Banyan.Services.Identity.Pages;

namespace Banyan.Services.Identity.Tests.Pages;

public class PageTests
{
    [Theory]
    [InlineData("/identity/login", true)]
    [InlineData("/identity/register", false)]
    [InlineData("/identity/reset", false)]
    [InlineData("/identity/invitation", false)]
    public async Task Page_HasAStrictPolicyAndNoScriptInIt(string path, bool passkeys)
    {
        await using var cell = await IdentityCell.StartAsync();
        using var response = await new Person(cell).BrowseAsync(HttpMethod.Get, path);
        var page = await response.Content.ReadAsStringAsync();

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldStartWith("default-src 'none'; style-src 'sha256-");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        policy.Contains("script-src").ShouldBe(passkeys);
        if (passkeys)
            policy.ShouldContain("; script-src 'self';");
        page.Split("<script").Length.ShouldBe(passkeys ? 2 : 1);
        page.Split("</script>").Length.ShouldBe(passkeys ? 2 : 1);
        page.Contains("<script src=\"/identity/passkeys.js?v=").ShouldBe(passkeys);
        page.Contains(" defer></script>").ShouldBe(passkeys); // nothing in it
        System.Text.RegularExpressions.Regex.IsMatch(page, " on[a-z]+=").ShouldBeFalse();
        page.ShouldContain("name=\"viewport\"");
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.IndexOf("</style>", StringComparison.Ordinal)];
        policy.ShouldContain(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style))));
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Walk_WithABrowser_RegistersLogsInShowsTheAccountAndLogsOut()
    {
        await using var cell = await IdentityCell.StartAsync();
        var amina = new Person(cell);
        var form = await FormAsync(amina, "/identity/register");
        var asked = await PostAsync(amina, "/identity/register", [.. form, ("identifier", "amina@example.org"), ("name", "Amina <b>Wanjiru</b>"), ("password", Person.Password)]);
        var confirmed = await PostAsync(amina, "/identity/register/confirm", [.. Person.Hidden(asked), ("code", await cell.CodeSentToAsync("amina@example.org"))]);
        confirmed.ShouldContain("You have an account");

        var wrong = await PostAsync(amina, "/identity/login", [.. await FormAsync(amina, "/identity/login"), ("identifier", "amina@example.org"), ("password", "not the password")], HttpStatusCode.Unauthorized);
        wrong.ShouldContain("role=\"alert\"");
        await PostAsync(amina, "/identity/login", [.. Person.Hidden(wrong), ("identifier", "amina@example.org"), ("password", Person.Password)], HttpStatusCode.SeeOther);
        using var shown = await amina.BrowseAsync(HttpMethod.Get, "/identity/account");
        var account = await shown.Content.ReadAsStringAsync();
        account.ShouldContain("Amina &lt;b&gt;Wanjiru&lt;/b&gt;");
        account.ShouldContain("amina@example.org");
        account.ShouldContain("this one");

        (await PostAsync(amina, "/identity/oauth/logout", Person.Hidden(account).TakeLast(1))).ShouldContain("You are logged out");
        using var gone = await amina.BrowseAsync(HttpMethod.Get, "/identity/account");
        gone.Headers.Location!.OriginalString.ShouldBe("/identity/login");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.sessions WHERE ended_at IS NULL")).ShouldBe(0);
    }

    [Fact]
    public async Task Form_FromAnotherSite_DoesNothing()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        var form = await FormAsync(amina, "/identity/login");
        var fields = new[] { ("identifier", "amina@example.org"), ("password", Person.Password) };

        await PostAsync(amina, "/identity/login", fields, HttpStatusCode.BadRequest);
        await PostAsync(amina, "/identity/login", [.. fields, ("form_token", "form." + new string('A', 43))], HttpStatusCode.BadRequest);
        await PostAsync(new Person(cell), "/identity/login", [.. form, .. fields], HttpStatusCode.BadRequest); // the field without the cookie
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.sessions")).ShouldBe(0);
    }

    [Fact]
    public async Task Logout_AskedForByAClient_NeedsItsHintOrThePersonsWord_AndARegisteredAddress()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var root = await cell.AdministratorAsync();
        var client = await root.SendAsync(
            HttpMethod.Post, "/identity/v1/clients",
            new { name = "Shop", trusted = true, redirect_uris = new[] { "https://shop.example/cb" }, post_logout_redirect_uris = new[] { "https://shop.example/bye" }, scopes = new[] { "openid" } }, HttpStatusCode.Created);
        var id = client.GetProperty("client_id").GetString()!;
        var amina = new Person(cell);
        await amina.BeginAsync("amina@example.org");
        const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        var code = await amina.CodeAsync("openid", Verifier, id, "https://shop.example/cb");
        var tokens = await cell.FormAsync(
            "/identity/oauth/token", HttpStatusCode.OK, null, ("grant_type", "authorization_code"), ("client_id", id), ("code", code), ("redirect_uri", "https://shop.example/cb"), ("code_verifier", Verifier));
        var hint = tokens.GetProperty("id_token").GetString();

        using var elsewhere = await amina.BrowseAsync(HttpMethod.Get, $"/identity/oauth/logout?id_token_hint={hint}&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F");
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var unasked = await amina.BrowseAsync(HttpMethod.Get, "/identity/oauth/logout");
        (await unasked.Content.ReadAsStringAsync()).ShouldContain("Log out?");
        (await cell.ScalarAsync<long>($"SELECT count(*) FROM identity.sessions WHERE id = '{amina.Session}' AND ended_at IS NULL")).ShouldBe(1);
        using var done = await amina.BrowseAsync(HttpMethod.Get, $"/identity/oauth/logout?id_token_hint={hint}&post_logout_redirect_uri=https%3A%2F%2Fshop.example%2Fbye&state=x%26y");

        done.Headers.Location!.OriginalString.ShouldBe("https://shop.example/bye?state=x%26y");
        (await cell.ScalarAsync<long>($"SELECT count(*) FROM identity.sessions WHERE id = '{amina.Session}' AND ended_at IS NULL")).ShouldBe(0);
        amina.Take(tokens);
        cell.Directory.IsEnded(amina.Grant).ShouldBeTrue();
    }

    [Fact]
    public async Task Login_OnAPlatformOfSeveralRegions_LeadsToTheOthers()
    {
        await using var cell = await IdentityCell.StartAsync(("identity:regions", "east,west,north"));
        using var response = await new Person(cell).BrowseAsync(HttpMethod.Get, "/identity/login?return=/identity/account");
        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain("href=\"/regions/west/identity/login?return=%2Fidentity%2Faccount\"");
        page.ShouldContain("/regions/north/");
        page.ShouldNotContain("/regions/east/");
        var away = new Person(cell) { Cookies = { ["__Host-banyan"] = "west." + new string('A', 43) } };
        using var account = await away.BrowseAsync(HttpMethod.Get, "/identity/account");
        account.Headers.Location!.OriginalString.ShouldBe("/regions/west/identity/account");
    }

    [Theory]
    [InlineData("/identity/oauth/authorize?client_id=a", "/identity/oauth/authorize?client_id=a")]
    [InlineData("//evil.example/", "/identity/account")]
    [InlineData("https://evil.example/identity/", "/identity/account")]
    [InlineData("/identity/../console", "/identity/account")]
    [InlineData("/identity/\\evil.example", "/identity/account")]
    [InlineData("/identity/login\r\nLocation: x", "/identity/account")]
    [InlineData(null, "/identity/account")]
    public void ReturnPath_Read_StaysWithUs(string? text, string path) => ReturnPath.Read(text).ShouldBe(path);

    private static async Task<List<(string Name, string Value)>> FormAsync(Person person, string path)
    {
        using var response = await person.BrowseAsync(HttpMethod.Get, path);
        return Person.Hidden(await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> PostAsync(Person person, string path, IEnumerable<(string Name, string Value)> form, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await person.BrowseAsync(HttpMethod.Post, path, form);
        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, page);
        return page;
    }
}
