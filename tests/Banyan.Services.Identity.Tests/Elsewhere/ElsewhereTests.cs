using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;

namespace Banyan.Services.Identity.Tests.Elsewhere;

/// <summary>People whose home is east, at west's door.</summary>
public class ElsewhereTests
{
    private const string Amina = "amina@example.org";

    [Fact]
    public async Task Everything_AtARegionThatIsNotTheHome_IsAsAtHome()
    {
        await using var platform = await TwoRegions.StartAsync();
        var subject = await platform.East.RegisterAsync(Amina, name: "Amina");
        subject.ShouldStartWith("east.");

        // Login by address, code, tokens: all at west.
        var amina = await Person.LoginAsync(platform.West, Amina);
        amina.Subject.ShouldBe(subject);
        var claims = await platform.West.VerifyAsync(amina.Access); // by west's JWKS
        claims.GetProperty("home").GetString().ShouldBe("east");
        (await amina.GetAsync("/identity/v1/accounts/me")).GetProperty("name").GetString().ShouldBe("Amina");
        (await amina.GetAsync("/identity/oauth/userinfo")).GetProperty("email").GetString().ShouldBe(Amina);
        (await amina.GetAsync("/identity/v1/sessions")).GetProperty("sessions").GetArrayLength().ShouldBe(1);
        (await platform.West.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.accounts) + (SELECT count(*) FROM identity.sessions) + (SELECT count(*) FROM identity.grants)")).ShouldBe(0);

        // Refresh, revocation.
        amina.Take(await platform.West.FormAsync("/identity/oauth/token", HttpStatusCode.OK, null, ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", amina.Refresh!)));
        await platform.West.FormAsync("/identity/oauth/revoke", HttpStatusCode.OK, null, ("client_id", "banyan"), ("token", amina.Access));
        await amina.GetAsync("/identity/v1/accounts/me", HttpStatusCode.Unauthorized);
        await platform.West.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, null, ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", amina.Refresh!));
        (await platform.East.ScalarAsync<string>("SELECT ended_by FROM identity.grants")).ShouldBe("revoked");

        // Logging out.
        using var page = await amina.BrowseAsync(HttpMethod.Get, "/identity/account");
        var hidden = Person.Hidden(await page.Content.ReadAsStringAsync()).First(f => f.Name == "form_token");
        using var out_ = await amina.BrowseAsync(HttpMethod.Post, "/identity/oauth/logout", [hidden]);
        out_.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await platform.East.ScalarAsync<long>("SELECT count(*) FROM identity.sessions WHERE ended_at IS NULL")).ShouldBe(0);
    }

    [Fact]
    public async Task Client_RegisteredElsewhere_AsksPeopleOfEveryRegion()
    {
        await using var platform = await TwoRegions.StartAsync();
        var administrator = await platform.East.AdministratorAsync();
        await platform.West.RegisterAsync("wole@example.org");
        var client = await administrator.SendAsync(
            HttpMethod.Post, "/identity/v1/clients", new { name = "Weather", confidential = true, redirect_uris = new[] { "https://weather.example/back" }, scopes = new[] { "openid", "offline_access" }, grant_types = new[] { "authorization_code", "client_credentials" }, roles = new[] { "sensor" } }, HttpStatusCode.Created);
        var (id, secret) = (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
        await IdentityCell.UntilAsync(() => Task.FromResult(platform.West.Directory.FindClient(id) is not null), "the directory knows the client");

        var wole = new Person(platform.West);
        await wole.BeginAsync("wole@example.org");
        var verifier = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var code = await wole.CodeAsync("openid offline_access", verifier, id, "https://weather.example/back");
        code.ShouldStartWith("west.");

        // The client asks at its own region; the code's region answers.
        var tokens = await platform.East.FormAsync(
            "/identity/oauth/token", HttpStatusCode.OK, (id, secret), ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "https://weather.example/back"), ("code_verifier", verifier));
        wole.Take(tokens);
        wole.Subject.ShouldStartWith("west.");
        (await platform.East.FormAsync("/identity/oauth/introspect", HttpStatusCode.OK, (id, secret), ("token", wole.Access))).GetProperty("active").GetBoolean().ShouldBeTrue();
        (await platform.East.FormAsync("/identity/oauth/introspect", HttpStatusCode.OK, (id, secret), ("token", wole.Refresh!))).GetProperty("active").GetBoolean().ShouldBeTrue();

        // For itself, it is east's machine wherever it asks.
        var own = await platform.West.FormAsync("/identity/oauth/token", HttpStatusCode.OK, (id, secret), ("grant_type", "client_credentials"));
        (await platform.West.VerifyAsync(own.GetProperty("access_token").GetString()!)).GetProperty("home").GetString().ShouldBe("east");

        // Another secret is no more good there than here, and a client that was removed is nowhere known.
        await platform.West.FormAsync("/identity/oauth/token", HttpStatusCode.Unauthorized, (id, "x" + secret), ("grant_type", "refresh_token"), ("refresh_token", wole.Refresh!));
        await administrator.SendAsync(HttpMethod.Delete, $"/identity/v1/clients/{id}", null, HttpStatusCode.NoContent);
        await IdentityCell.UntilAsync(() => Task.FromResult(platform.West.Directory.FindClient(id) is null), "the directory forgets the client");
        await platform.East.FormAsync("/identity/oauth/token", HttpStatusCode.Unauthorized, (id, secret), ("grant_type", "refresh_token"), ("refresh_token", wole.Refresh!));
    }

    [Fact]
    public async Task Login_UnknownAddress_CountsInOnePlaceFromEverywhere_AndLocks()
    {
        await using var platform = await TwoRegions.StartAsync();
        foreach (var address in (string[])["nobody@example.org", "somebody@example.org", "anybody@example.org", "whoever@example.org"])
        {
            for (var i = 0; i < 5; i++)
                await (i % 2 == 0 ? platform.East : platform.West).PostAsync("/identity/v1/sessions", new { identifier = address, password = "not the right one" }, HttpStatusCode.Unauthorized);
            await platform.East.PostAsync("/identity/v1/sessions", new { identifier = address, password = "not the right one" }, HttpStatusCode.TooManyRequests);
            await platform.West.PostAsync("/identity/v1/sessions", new { identifier = address, password = "not the right one" }, HttpStatusCode.TooManyRequests);
        }

        var (east, west) = (await platform.East.ScalarAsync<long>("SELECT count(*) FROM identity.attempts"), await platform.West.ScalarAsync<long>("SELECT count(*) FROM identity.attempts"));
        (east + west).ShouldBe(4);
    }

    [Fact]
    public async Task Login_WhileTheOtherRegionIsAway_TellsKnownFromUnknownByNothing()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina);
        await platform.West.StopAsync();

        // Wrong passwords: whoever it is, the same; the right one is let in.
        foreach (var address in (string[])[Amina, "nobody@example.org"])
            (await platform.East.PostAsync("/identity/v1/sessions", new { identifier = address, password = "not the right one" }, HttpStatusCode.ServiceUnavailable)).GetProperty("type").GetString().ShouldBe("urn:banyan:problem:login-unsure");
        await platform.East.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.OK);

        // Who says where its home is does not depend on the others.
        await platform.East.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = "not the right one", home = "east" }, HttpStatusCode.Unauthorized);
        await platform.East.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = "not the right one", home = "atlantis" }, HttpStatusCode.UnprocessableEntity);
        (await platform.East.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = "not the right one", home = "west" }, HttpStatusCode.ServiceUnavailable)).GetProperty("type").GetString().ShouldBe("urn:banyan:problem:region-away");
    }

    [Fact]
    public async Task Register_AddressOfAnotherRegion_IsConfirmedByNoCode()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina);
        var asked = await platform.West.PostAsync("/identity/v1/registrations", new { identifier = Amina, password = "another one of mine" }, HttpStatusCode.Accepted);
        asked.GetProperty("confirmation").GetString()!.ShouldStartWith("west.");
        (await platform.West.MessagesAsync()).Single(m => m.To == Amina).Text.ShouldContain("has an account already");
    }

    [Fact]
    public async Task Register_InTwoRegionsBetweenFirstStepAndCode_MakesOneAccount()
    {
        await using var platform = await TwoRegions.StartAsync();
        var (east, west) = (await AskAsync(platform.East), await AskAsync(platform.West)); // nobody has it yet
        await ConfirmAsync(platform.East, east, HttpStatusCode.Created);
        (await ConfirmAsync(platform.West, west, HttpStatusCode.UnprocessableEntity)).GetProperty("type").GetString().ShouldBe("urn:banyan:problem:code-refused");

        (await platform.West.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.accounts) + (SELECT count(*) FROM identity.identifiers)")).ShouldBe(0);
        (await Person.LoginAsync(platform.West, Amina)).Subject.ShouldStartWith("east.");
        await platform.West.PostAsync("/identity/v1/registrations", new { identifier = Amina, password = Person.Password }, HttpStatusCode.Accepted);
        (await platform.West.MessagesAsync()).Last(m => m.To == Amina).Text.ShouldContain("has an account already"); // asking anew tells why
    }

    [Fact]
    public async Task Register_InTwoRegionsAtTheSameMoment_NeverMakesTwoAccounts()
    {
        await using var platform = await TwoRegions.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            var (east, west) = (await AskAsync(platform.East, $"amina{i}@example.org"), await AskAsync(platform.West, $"amina{i}@example.org"));
            var made = await Task.WhenAll(ConfirmAsync(platform.East, east, null), ConfirmAsync(platform.West, west, null));
            var accounts = await platform.East.ScalarAsync<long>("SELECT count(*) FROM identity.accounts") + await platform.West.ScalarAsync<long>("SELECT count(*) FROM identity.accounts");
            var told = made.Count(m => m.TryGetProperty("subject", out _));
            told.ShouldBeLessThanOrEqualTo(1);
            accounts.ShouldBe(told);
            foreach (var cell in (IdentityCell[])[platform.East, platform.West])
                await cell.ScalarAsync<long>("WITH gone AS (DELETE FROM identity.accounts RETURNING 1) SELECT count(*) FROM gone");
        }
    }

    private static async Task<(string Confirmation, string Code)> AskAsync(IdentityCell cell, string identifier = Amina)
    {
        var asked = await cell.PostAsync("/identity/v1/registrations", new { identifier, password = Person.Password }, HttpStatusCode.Accepted);
        return (asked.GetProperty("confirmation").GetString()!, await cell.CodeSentToAsync(identifier));
    }

    private static async Task<System.Text.Json.JsonElement> ConfirmAsync(IdentityCell cell, (string Confirmation, string Code) asked, HttpStatusCode? expected)
    {
        using var response = await cell.Client.PostAsJsonAsync("/identity/v1/registrations/confirm", new { confirmation = asked.Confirmation, code = asked.Code });
        return await IdentityCell.ReadAsync(response, expected ?? response.StatusCode);
    }

    [Fact]
    public async Task Invitation_AcceptedElsewhere_MakesTheAccountAtItsHome()
    {
        // The first administrator's: it is known by its hash, and begins with no region's name.
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await using var platform = await TwoRegions.StartAsync(("identity:invitation", $"east/{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)))}"));
        var accepted = await platform.West.PostAsync("/identity/v1/invitations/accept", new { token, identifier = "root@kai.example", password = Person.Password }, HttpStatusCode.Created);
        accepted.GetProperty("subject").GetString()!.ShouldStartWith("east.");
        await platform.West.PostAsync("/identity/v1/invitations/accept", new { token, identifier = "again@kai.example", password = Person.Password }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Reset_AskedForAndConfirmedElsewhere_ChangesThePasswordAtHome()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina);
        var asked = await platform.West.PostAsync("/identity/v1/resets", new { identifier = Amina }, HttpStatusCode.Accepted);
        asked.GetProperty("confirmation").GetString()!.ShouldStartWith("east.");
        var code = await platform.East.CodeSentToAsync(Amina);
        await platform.West.PostAsync("/identity/v1/resets/confirm", new { confirmation = asked.GetProperty("confirmation").GetString(), code, password = "a new one of mine" }, HttpStatusCode.NoContent);
        await platform.West.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.Unauthorized);
        await platform.West.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = "a new one of mine" }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task LoginPage_OfAnotherRegion_LogsInAndGoesOnAtHome()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina, name: "Amina");
        var amina = new Person(platform.West);
        using var page = await amina.BrowseAsync(HttpMethod.Get, "/identity/login");
        var text = await page.Content.ReadAsStringAsync();
        text.ShouldNotContain("If yours is of another region");
        using var wrong = await amina.BrowseAsync(HttpMethod.Post, "/identity/login", [.. Person.Hidden(text), ("identifier", Amina), ("password", "not the right one")]);
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var right = await amina.BrowseAsync(HttpMethod.Post, "/identity/login", [.. Person.Hidden(text), ("identifier", Amina), ("password", Person.Password)]);
        right.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        right.Headers.Location!.OriginalString.ShouldBe("/regions/east/identity/account");
        using var account = await amina.BrowseAsync(HttpMethod.Get, "/identity/account"); // at west all the same
        (await account.Content.ReadAsStringAsync()).ShouldContain("<h1>Amina</h1>");
    }

    [Fact]
    public async Task Homes_AskedByStrangers_IsRefused()
    {
        await using var platform = await TwoRegions.StartAsync();
        using var response = await platform.East.Client.PostAsJsonAsync("/cell/v1/identity/homes", new { fingerprint = Convert.ToBase64String(new byte[32]) });
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
