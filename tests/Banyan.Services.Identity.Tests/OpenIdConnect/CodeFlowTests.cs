using System.Net;

namespace Banyan.Services.Identity.Tests.OpenIdConnect;

public class CodeFlowTests
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636, appendix B

    [Theory]
    [InlineData("http://127.0.0.1:49152/callback/")]
    [InlineData("http://127.0.0.1:49152/Callback")]
    [InlineData("http://127.0.0.1:49152/callback?x=1")]
    [InlineData("http://127.0.0.1.evil.example:49152/callback")]
    [InlineData("http://127.0.0.1:49152@evil.example/callback")]
    [InlineData("http://localhost:49152/callback")]
    [InlineData("https://127.0.0.1:49152/callback")]
    [InlineData("//evil.example/callback")]
    [InlineData("")]
    public async Task Authorize_AddressNotRegistered_IsAPageAndNoRedirect(string redirect)
    {
        await using var cell = await IdentityCell.StartAsync();
        using var response = await new Person(cell).BrowseAsync(HttpMethod.Get, Query(Person.Parameters("openid", Verifier, redirect: redirect)));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Headers.Location.ShouldBeNull();
    }

    [Fact]
    public async Task Authorize_UnknownClientOrParameterTwice_IsAPageAndNoRedirect()
    {
        await using var cell = await IdentityCell.StartAsync();
        var good = Person.Parameters("openid", Verifier);
        foreach (var path in new[] { Query(Person.Parameters("openid", Verifier, client: "nobody")), Query([.. good, ("redirect_uri", "https://evil.example/")]), Query([.. good, ("client_id", "other")]) })
        {
            using var response = await new Person(cell).BrowseAsync(HttpMethod.Get, path);
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            response.Headers.Location.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("scope", "openid not-registered", "invalid_scope")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("request", "e30.e30.", "request_not_supported")]
    [InlineData("prompt", "none", "login_required")]
    [InlineData("prompt", "none login", "invalid_request")]
    public async Task Authorize_RequestThatCantBe_IsToldToTheClientWithStateAndIssuer(string name, string? value, string error)
    {
        await using var cell = await IdentityCell.StartAsync();
        var parameters = Person.Parameters("openid", Verifier).Where(p => p.Name != name).ToList();
        if (value is not null)
            parameters.Add((name, value));

        using var response = await new Person(cell).BrowseAsync(HttpMethod.Get, Query([.. parameters]));

        response.Headers.Location!.OriginalString.ShouldStartWith(Person.Redirect + "?");
        var told = Person.Told(response);
        told["error"].ShouldBe(error);
        told["state"].ShouldBe("s t&te");
        told["iss"].ShouldBe("https://kai.example");
        told["code"].ShouldBeNull();
    }

    [Fact]
    public async Task Authorize_NotLoggedIn_LeadsThroughTheLoginPageBack()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        using var asked = await amina.BrowseAsync(HttpMethod.Get, Query([.. Person.Parameters("openid", Verifier), ("prompt", "login"), ("max_age", "0")]));
        asked.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var page = await amina.BrowseAsync(HttpMethod.Get, asked.Headers.Location!.OriginalString);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("form-action 'self' http://127.0.0.1:49152;");
        var form = Person.Hidden(await page.Content.ReadAsStringAsync());

        using var logged = await amina.BrowseAsync(HttpMethod.Post, "/identity/login", [.. form, ("identifier", "amina@example.org"), ("password", Person.Password)]);
        logged.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using var consent = await amina.BrowseAsync(HttpMethod.Get, logged.Headers.Location!.OriginalString);
        using var decided = await amina.BrowseAsync(HttpMethod.Post, "/identity/oauth/authorize", [.. Person.Hidden(await consent.Content.ReadAsStringAsync()), ("decision", "allow")]);

        Person.Told(decided)["code"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Authorize_PersonSaysNo_ClientIsTold()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        await amina.BeginAsync("amina@example.org");
        var told = await amina.AuthorizeAsync(Person.Parameters("openid", Verifier), "deny");
        told["error"].ShouldBe("access_denied");
        told["code"].ShouldBeNull();
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.grants")).ShouldBe(0);
    }

    [Fact]
    public async Task Consent_WithoutOurForm_GivesNothing()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        await amina.BeginAsync("amina@example.org");

        using var forged = await amina.BrowseAsync(HttpMethod.Post, "/identity/oauth/authorize", [.. Person.Parameters("openid", Verifier), ("decision", "allow"), ("form_token", "form.AAAA")]);

        forged.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.grants")).ShouldBe(0);
    }

    [Fact]
    public async Task Code_UsedTwice_EndsWhatItGave()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (amina, code) = await CodeAsync(cell);
        amina.Take(await ExchangeAsync(cell, code, HttpStatusCode.OK));
        (await amina.GetAsync("/identity/oauth/userinfo")).GetProperty("sub").GetString().ShouldBe(amina.Subject);

        (await ExchangeAsync(cell, code, HttpStatusCode.BadRequest)).GetProperty("error").GetString().ShouldBe("invalid_grant");

        cell.Directory.IsEnded(amina.Grant).ShouldBeTrue();
        await amina.GetAsync("/identity/oauth/userinfo", HttpStatusCode.Unauthorized);
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, null, ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", amina.Refresh!));
    }

    [Theory]
    [InlineData("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "http://127.0.0.1:49153/callback")]
    [InlineData("redirect_uri", null)]
    public async Task Code_WithWrongProofOrAddress_IsRefusedAndWorthless(string name, string? value)
    {
        await using var cell = await IdentityCell.StartAsync();
        var (_, code) = await CodeAsync(cell);
        var fields = Fields(code).Where(f => f.Name != name).ToList();
        if (value is not null)
            fields.Add((name, value));

        (await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, null, [.. fields])).GetProperty("error").GetString().ShouldBe("invalid_grant");

        (await ExchangeAsync(cell, code, HttpStatusCode.BadRequest)).GetProperty("error").GetString().ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task Code_AfterAMinute_IsRefused()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (_, code) = await CodeAsync(cell);
        cell.Time.Advance(TimeSpan.FromSeconds(61));
        (await ExchangeAsync(cell, code, HttpStatusCode.BadRequest)).GetProperty("error").GetString().ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task Code_OfAnotherClient_IsRefusedAndStaysGoodForItsOwn()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var other = await root.SendAsync(
            HttpMethod.Post, "/identity/v1/clients", new { name = "Other", confidential = true, redirect_uris = new[] { Person.Redirect }, scopes = new[] { "openid" } }, HttpStatusCode.Created);
        var (_, code) = await CodeAsync(cell);

        var mixed = await cell.FormAsync(
            "/identity/oauth/token", HttpStatusCode.BadRequest, (other.GetProperty("client_id").GetString()!, other.GetProperty("client_secret").GetString()!),
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Person.Redirect), ("code_verifier", Verifier));

        mixed.GetProperty("error").GetString().ShouldBe("invalid_grant");
        await ExchangeAsync(cell, code, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Token_ConfidentialClient_NeedsItsSecretInOneWay()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var client = await root.SendAsync(
            HttpMethod.Post, "/identity/v1/clients",
            new { name = "Importer", confidential = true, grant_types = new[] { "client_credentials" }, scopes = new[] { "climate.readings.write" }, roles = new[] { "sensor" } }, HttpStatusCode.Created, "k-1");
        var (id, secret) = (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);

        var tokens = await cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, (id, secret), ("grant_type", "client_credentials"));
        var claims = await cell.VerifyAsync(tokens.GetProperty("access_token").GetString()!);
        claims.GetProperty("kind").GetString().ShouldBe("machine");
        claims.GetProperty("sub").GetString().ShouldBe(client.GetProperty("subject").GetString());
        claims.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["sensor"]);
        claims.GetProperty("scope").GetString().ShouldBe("climate.readings.write");
        claims.TryGetProperty("sid", out _).ShouldBeFalse();
        tokens.TryGetProperty("refresh_token", out _).ShouldBeFalse();
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, null, ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret));

        (await cell.FormAsync("/identity/oauth/token", HttpStatusCode.Unauthorized, (id, "wrong"), ("grant_type", "client_credentials"))).GetProperty("error").GetString().ShouldBe("invalid_client");
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, null, ("grant_type", "client_credentials"), ("client_id", id));
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, (id, secret), ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret));
        (await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, (id, secret), ("grant_type", "client_credentials"), ("scope", "disaster.alerts.issue"))).GetProperty("error").GetString().ShouldBe("invalid_scope");
        (await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, (id, secret), ("grant_type", "password"), ("username", "a"), ("password", "b"))).GetProperty("error").GetString().ShouldBe("unsupported_grant_type");
        var repeated = await root.SendAsync(
            HttpMethod.Post, "/identity/v1/clients",
            new { name = "Importer", confidential = true, grant_types = new[] { "client_credentials" }, scopes = new[] { "climate.readings.write" }, roles = new[] { "sensor" } }, HttpStatusCode.Created, "k-1");
        repeated.GetProperty("client_id").GetString().ShouldBe(id);
        repeated.TryGetProperty("client_secret", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Secret_Rotated_OldOneIsGoodForADay()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var client = await root.SendAsync(HttpMethod.Post, "/identity/v1/clients", new { name = "Importer", confidential = true, grant_types = new[] { "client_credentials" } }, HttpStatusCode.Created);
        var (id, old) = (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);

        var secret = (await root.SendAsync(HttpMethod.Post, $"/identity/v1/clients/{id}/secret", null, HttpStatusCode.OK)).GetProperty("client_secret").GetString()!;

        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, (id, old), ("grant_type", "client_credentials"));
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, (id, secret), ("grant_type", "client_credentials"));
        cell.Time.Advance(TimeSpan.FromHours(25));
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.Unauthorized, (id, old), ("grant_type", "client_credentials"));
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, (id, secret), ("grant_type", "client_credentials"));
    }

    private static async Task<(Person Amina, string Code)> CodeAsync(IdentityCell cell)
    {
        await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        await amina.BeginAsync("amina@example.org");
        return (amina, await amina.CodeAsync("openid offline_access", Verifier));
    }

    private static Task<System.Text.Json.JsonElement> ExchangeAsync(IdentityCell cell, string code, HttpStatusCode expected) => cell.FormAsync("/identity/oauth/token", expected, null, [.. Fields(code)]);

    private static List<(string Name, string Value)> Fields(string code) =>
        [("grant_type", "authorization_code"), ("client_id", "banyan"), ("code", code), ("redirect_uri", Person.Redirect), ("code_verifier", Verifier)];

    private static string Query((string Name, string Value)[] parameters) => "/identity/oauth/authorize?" + string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
}
