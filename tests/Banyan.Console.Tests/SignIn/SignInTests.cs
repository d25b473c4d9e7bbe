using System.Net;
using Banyan.Control.Credentials;

namespace Banyan.Console.Tests.SignIn;

/// <summary>The ways into a console that asks who is there, and out of it.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Session = "__Host-banyan-console";
    private ScriptedPlatform _platform = null!;
    private TestBrowser _browser = null!;

    private ScriptedIdentity Identity => _platform.Identity!;

    public async ValueTask InitializeAsync()
    {
        _platform = await ScriptedPlatform.StartGuardedAsync();
        _browser = new TestBrowser(_platform.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _platform.DisposeAsync();
    }

    [Theory]
    [InlineData("/", "/console/login")]
    [InlineData("/console", "/console/login?return_to=%2Fconsole")]
    [InlineData("/console/regions/east-africa", "/console/login?return_to=%2Fconsole%2Fregions%2Feast-africa")]
    [InlineData("/console/nothing", "/console/login")]
    public async Task Page_NobodySignedIn_LeadsToTheLogin(string path, string login)
    {
        using var answer = await _browser.GetAsync(path);
        (answer.StatusCode, answer.Headers.Location?.ToString()).ShouldBe((HttpStatusCode.SeeOther, login));
        (await TextAsync(answer)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/console/v1/status")]
    [InlineData("/console/v1/live")]
    [InlineData("/console/live")]
    [InlineData("/console/live?region=east-africa")]
    [InlineData("/console/session")]
    public async Task Data_NobodySignedIn_Is401AndSaysNothing(string path)
    {
        using var answer = await _browser.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        (await TextAsync(answer)).ShouldNotContain("east-africa");
    }

    [Fact]
    public async Task LoginPage_ShowsTheWaysInAndNothingOfThePlatformsState()
    {
        using var answer = await _browser.GetAsync("/console/login?return_to=/console/regions/east-africa");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await TextAsync(answer);
        html.ShouldContain("href=\"/console/login/start?region=east-africa&amp;return_to=%2Fconsole%2Fregions%2Feast-africa\"");
        html.ShouldContain("./banyan console");
        html.ShouldNotContain("regions serving");
    }

    [Fact]
    public async Task Login_OfStaff_ShowsTheConsoleAndWhoLooks()
    {
        var where = await _browser.BeginAsync("?region=east-africa&return_to=/console/regions/east-africa");
        where.AbsolutePath.ShouldBe("/regions/east-africa/identity/oauth/authorize");
        where.Query.ShouldContain("code_challenge_method=S256");
        using var back = await _browser.GetAsync(Identity.Authorize(where));
        back.Headers.Location!.ToString().ShouldBe("/console/regions/east-africa");
        _browser.Cookies.Keys.ShouldHaveSingleItem("the login under way is over").ShouldBe(Session);
        foreach (var attribute in (string[])["secure", "httponly", "samesite=lax", "path=/"])
            _browser.Given[^1].ShouldContain(attribute, Case.Insensitive);
        _browser.Given[^1].ShouldNotContain("domain", Case.Insensitive);

        using var page = await _browser.GetAsync("/");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var html = await TextAsync(page);
        html.ShouldContain("all 5 regions serving");
        html.ShouldContain("action=\"/console/logout\"");
        (await _browser.GetAsync("/console/v1/status")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("resident", "")]
    [InlineData("resident", "sensor")]
    [InlineData("staff", "data-protection-officer")]
    [InlineData("staff", "")]
    public async Task Login_WithoutARoleThatAllowsIt_IsRefusedByNameOfTheRule(string kind, string role)
    {
        (Identity.Kind, Identity.Roles) = (kind, role.Length == 0 ? [] : [role]);
        await _browser.LogInAsync(Identity);
        using var page = await _browser.GetAsync("/");
        page.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var html = await TextAsync(page);
        html.ShouldContain("default-deny");
        html.ShouldContain("console.pages.read");
        html.ShouldContain("action=\"/console/logout\"");
        html.ShouldNotContain("regions serving");
        using var data = await _browser.GetAsync("/console/v1/status");
        data.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await TextAsync(data)).ShouldContain("\"rule\":\"default-deny\"");
    }

    [Fact]
    public async Task Link_OfTheOperator_LetsInOnce()
    {
        var path = $"/console/enter?code={ConsoleCode.Create(Identity.Operator, _platform.Time.GetUtcNow())}";
        using (var prefetch = await _browser.GetAsync(path, ("Sec-Purpose", "prefetch;prerender")))
            prefetch.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using (var entered = await _browser.GetAsync(path))
            (entered.StatusCode, entered.Headers.Location?.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/"));
        using var page = await _browser.GetAsync("/");
        (await TextAsync(page)).ShouldContain("operator of this machine");

        using var other = new TestBrowser(_platform.Address);
        (await other.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        other.Cookies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Link_Old_LetsNobodyIn()
    {
        var code = ConsoleCode.Create(Identity.Operator, _platform.Time.GetUtcNow());
        _platform.Time.Advance(ConsoleCode.Life + TimeSpan.FromSeconds(1));
        (await _browser.GetAsync($"/console/enter?code={code}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        _browser.Cookies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Link_SessionOfIt_EndsByItself()
    {
        await _browser.GetAsync($"/console/enter?code={ConsoleCode.Create(Identity.Operator, _platform.Time.GetUtcNow())}");
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _platform.Time.Advance(TimeSpan.FromHours(12));
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task Credential_OfAProgram_IsTakenAsAtACell()
    {
        using var request = new HttpRequestMessage();
        Identity.Operator.AddTo(request.Headers);
        var key = request.Headers.Authorization!.ToString();
        (await _browser.GetAsync("/console/v1/status", ("Authorization", key))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _browser.GetAsync("/console/v1/status", ("Authorization", key[..^4] + "AAAA"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await _browser.GetAsync("/console/v1/status", ("Authorization", $"Bearer {Identity.Token("east-africa.grant1", "portal")}"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        Identity.Roles = [];
        (await _browser.GetAsync("/console/v1/status", ("Authorization", $"Bearer {Identity.Token("east-africa.grant1", "portal")}"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Logout_GivesTheTokensBackAndForgets()
    {
        await _browser.LogInAsync(Identity);
        using var answer = await _browser.SendAsync(HttpMethod.Post, "/console/logout", ("Sec-Fetch-Site", "same-origin"), ("Origin", "null"));
        answer.Headers.Location!.ToString().ShouldBe("/console/logged-out?region=east-africa");
        _browser.Cookies.ShouldBeEmpty();
        Identity.Revoked.Count.ShouldBe(1);
        (await TextAsync(await _browser.GetAsync("/console/logged-out?region=east-africa"))).ShouldContain("/regions/east-africa/identity/oauth/logout");
    }

    [Theory]
    [InlineData("/console/assets/console.css")]
    [InlineData("/console/sample-alert")]
    [InlineData("/health/live")]
    public async Task Open_WhatTellsNothing_StaysOpen(string path) => (await _browser.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
