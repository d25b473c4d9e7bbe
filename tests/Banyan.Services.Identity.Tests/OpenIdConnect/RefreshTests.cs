using System.Net;
using System.Text.Json;

namespace Banyan.Services.Identity.Tests.OpenIdConnect;

public class RefreshTests
{
    [Fact]
    public async Task Refresh_Rotates_AndReuseEndsTheFamily()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        var (first, grant) = (amina.Refresh!, amina.Grant);

        amina.Take(await RefreshAsync(cell, first, HttpStatusCode.OK));
        amina.Grant.ShouldBe(grant);
        var second = amina.Refresh!;
        second.ShouldNotBe(first);
        amina.Take(await RefreshAsync(cell, second, HttpStatusCode.OK));

        (await RefreshAsync(cell, first, HttpStatusCode.BadRequest)).GetProperty("error").GetString().ShouldBe("invalid_grant");

        cell.Directory.IsEnded(grant).ShouldBeTrue();
        await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.BadRequest);
        (await cell.ScalarAsync<string>($"SELECT ended_by FROM identity.grants WHERE id = '{grant}'")).ShouldBe("refresh-reused");
    }

    [Fact]
    public async Task Refresh_AnswerWasLost_IsGivenOnceMore_AndTheLostOneIsATrap()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        var lost = (await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.OK)).GetProperty("refresh_token").GetString()!;
        await cell.StartAgainAsync(); // the cell died with the answer

        var again = (await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.OK)).GetProperty("refresh_token").GetString()!;
        cell.Directory.IsEnded(amina.Grant).ShouldBeFalse();
        var third = (await RefreshAsync(cell, again, HttpStatusCode.OK)).GetProperty("refresh_token").GetString()!;
        await RefreshAsync(cell, lost, HttpStatusCode.BadRequest);

        cell.Directory.IsEnded(amina.Grant).ShouldBeTrue();
        await RefreshAsync(cell, third, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Refresh_OldOneAfterAMinute_EndsTheFamily()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.OK);
        cell.Time.Advance(TimeSpan.FromSeconds(61));

        await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.BadRequest);

        cell.Directory.IsEnded(amina.Grant).ShouldBeTrue();
    }

    [Fact]
    public async Task Refresh_AtTheSameTime_GivesOneFamilyOneToken()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RefreshAsync(cell, amina.Refresh!, HttpStatusCode.OK)));

        // Each of the later ones was taken for a repeat of the first, whose answer was lost: one token is good.
        answers.Select(a => a.GetProperty("refresh_token").GetString()).Distinct().Count().ShouldBe(4);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.refresh_tokens WHERE used_at IS NULL AND NOT void")).ShouldBe(1);
    }

    [Fact]
    public async Task Refresh_Scope_CanBeNarrowedAndNotWidened()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org", scope: "openid email offline_access");

        (await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.BadRequest, ("scope", "openid *"))).GetProperty("error").GetString().ShouldBe("invalid_scope");
        (await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.OK, ("scope", "openid"))).GetProperty("scope").GetString().ShouldBe("openid");
    }

    [Fact]
    public async Task Refresh_WhenIdle_IsOver()
    {
        await using var cell = await IdentityCell.StartAsync(("identity:refresh.idle", "1h"));
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        cell.Time.Advance(TimeSpan.FromMinutes(61));
        await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Revoke_EitherToken_EndsBoth_AndOfOthersSaysNothing()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var root = await cell.AdministratorAsync();
        var other = await root.SendAsync(HttpMethod.Post, "/identity/v1/clients", new { name = "Other", confidential = true, grant_types = new[] { "client_credentials" } }, HttpStatusCode.Created);
        var basic = (other.GetProperty("client_id").GetString()!, other.GetProperty("client_secret").GetString()!);
        foreach (var byAccess in new[] { true, false })
        {
            var amina = await Person.LoginAsync(cell, "amina@example.org");
            var token = byAccess ? amina.Access : amina.Refresh!;
            await cell.FormAsync("/identity/oauth/revoke", HttpStatusCode.OK, basic, ("token", token));
            cell.Directory.IsEnded(amina.Grant).ShouldBeFalse();
            await cell.FormAsync("/identity/oauth/revoke", HttpStatusCode.OK, null, ("client_id", "banyan"), ("token", token));
            cell.Directory.IsEnded(amina.Grant).ShouldBeTrue();
            await RefreshAsync(cell, amina.Refresh!, HttpStatusCode.BadRequest);
        }

        await cell.FormAsync("/identity/oauth/revoke", HttpStatusCode.OK, null, ("client_id", "banyan"), ("token", "east.nothing"));
    }

    [Fact]
    public async Task Introspect_Tokens_AreActiveUntilTheyEnd_AndOnlyForWhoMayAsk()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var root = await cell.AdministratorAsync();
        var guard = await ClientAsync(root, "identity.tokens.introspect");
        var other = await ClientAsync(root, "climate.readings.write");
        var amina = await Person.LoginAsync(cell, "amina@example.org");

        foreach (var token in new[] { amina.Access, amina.Refresh! })
        {
            var state = await cell.FormAsync("/identity/oauth/introspect", HttpStatusCode.OK, guard, ("token", token));
            state.GetProperty("active").GetBoolean().ShouldBeTrue();
            state.GetProperty("sub").GetString().ShouldBe(amina.Subject);
            (await cell.FormAsync("/identity/oauth/introspect", HttpStatusCode.OK, other, ("token", token))).GetProperty("active").GetBoolean().ShouldBeFalse();
        }

        await cell.FormAsync("/identity/oauth/introspect", HttpStatusCode.BadRequest, null, ("client_id", "banyan"), ("token", amina.Access));
        var forged = amina.Access[..^4] + (amina.Access.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
        (await cell.FormAsync("/identity/oauth/introspect", HttpStatusCode.OK, guard, ("token", forged))).GetProperty("active").GetBoolean().ShouldBeFalse();
        await amina.SendAsync(HttpMethod.Delete, $"/identity/v1/sessions/{amina.Session}", null, HttpStatusCode.NoContent);
        foreach (var token in new[] { amina.Access, amina.Refresh! })
            (await cell.FormAsync("/identity/oauth/introspect", HttpStatusCode.OK, guard, ("token", token))).GetProperty("active").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Client_Removed_WhatItWasGrantedEndsEverywhere()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var root = await cell.AdministratorAsync();
        var client = await root.SendAsync(
            HttpMethod.Post, "/identity/v1/clients", new { name = "Shop", redirect_uris = new[] { "https://shop.example/cb" }, scopes = new[] { "openid", "offline_access" } }, HttpStatusCode.Created);
        var id = client.GetProperty("client_id").GetString()!;
        var amina = new Person(cell);
        await amina.BeginAsync("amina@example.org");
        const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        var code = await amina.CodeAsync("openid offline_access", Verifier, id, "https://shop.example/cb");
        amina.Take(await cell.FormAsync(
            "/identity/oauth/token", HttpStatusCode.OK, null, ("grant_type", "authorization_code"), ("client_id", id), ("code", code), ("redirect_uri", "https://shop.example/cb"), ("code_verifier", Verifier)));

        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/clients/{id}", null, HttpStatusCode.NoContent);

        await IdentityCell.UntilAsync(() => Task.FromResult(cell.Directory.IsEnded(amina.Grant)), "its grant has ended");
        cell.Directory.IsEnded(root.Grant).ShouldBeFalse();
        await amina.GetAsync("/identity/oauth/userinfo", HttpStatusCode.Unauthorized);
    }

    private static async Task<(string, string)> ClientAsync(Person root, string scope)
    {
        var client = await root.SendAsync(HttpMethod.Post, "/identity/v1/clients", new { name = "Guard", confidential = true, grant_types = new[] { "client_credentials" }, scopes = new[] { scope } }, HttpStatusCode.Created);
        return (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
    }

    private static Task<JsonElement> RefreshAsync(IdentityCell cell, string token, HttpStatusCode expected, params (string, string)[] more) =>
        cell.FormAsync("/identity/oauth/token", expected, null, [("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", token), .. more]);
}
