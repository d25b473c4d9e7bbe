using System.Net;
using Banyan.Console.SignIn;
using Banyan.Control.Credentials;

namespace Banyan.Console.Tests.SignIn;

/// <summary>What somebody may try to get into the console, or others into an account of theirs.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    private const string Session = "__Host-banyan-console";
    private const string Login = "__Host-banyan-console-login";
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

    [Fact]
    public async Task Cookie_ForgedOrChanged_IsNone()
    {
        await _browser.LogInAsync(Identity);
        var good = _browser.Cookies[Session];
        foreach (var forged in (string[])["x", new string('A', 500), good[..^1] + (good[^1] == 'A' ? 'B' : 'A'), good[..20] + (good[20] == 'A' ? 'B' : 'A') + good[21..], good + "AAAA", new string('A', 4000)])
        {
            _browser.Cookies[Session] = forged;
            (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.SeeOther, forged);
        }

        _browser.Cookies[Session] = good;
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Cookie_OfALoginUnderWay_IsNoSession()
    {
        await _browser.BeginAsync();
        _browser.Cookies[Session] = _browser.Cookies[Login];
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    /// <summary>Login CSRF: the attacker's own answer, brought to the victim's browser.</summary>
    [Fact]
    public async Task Callback_OfALoginThatAnotherBrowserBegan_SignsNobodyIn()
    {
        using var attacker = new TestBrowser(_platform.Address);
        var answer = Identity.Authorize(await attacker.BeginAsync());
        (await _browser.GetAsync(answer)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "the victim began none");
        await _browser.BeginAsync();
        (await _browser.GetAsync(answer)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "the victim began another");
        _browser.Cookies.ShouldNotContainKey(Session);
    }

    /// <summary>Code injection: the victim's code in a login that the attacker began (RFC 9700, section 4.5).</summary>
    [Fact]
    public async Task Callback_WithACodeOfAnotherLogin_SignsNobodyIn()
    {
        using var attacker = new TestBrowser(_platform.Address);
        var stolen = Identity.Authorize(await _browser.BeginAsync());
        var own = Identity.Authorize(await attacker.BeginAsync());
        var state = own[own.IndexOf("&state=", StringComparison.Ordinal)..];
        (await attacker.GetAsync(stolen[..stolen.IndexOf("&state=", StringComparison.Ordinal)] + state)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        attacker.Cookies.ShouldNotContainKey(Session);
    }

    [Theory]
    [InlineData("iss=https%3A%2F%2Fid.test.example", "iss=https%3A%2F%2Fevil.example")]
    [InlineData("&iss=https%3A%2F%2Fid.test.example", "")]
    [InlineData("state=", "state=x")]
    [InlineData("code=east-africa.", "code=nowhere.")]
    [InlineData("code=", "error=server_error&x=")]
    public async Task Callback_NotWhatWasAskedFor_SignsNobodyIn(string part, string instead)
    {
        var answer = Identity.Authorize(await _browser.BeginAsync());
        answer.ShouldContain(part);
        using var refused = await _browser.GetAsync(answer.Replace(part, instead, StringComparison.Ordinal));
        refused.StatusCode.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Forbidden);
        (await _browser.GetAsync(answer)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "it was the only try");
        _browser.Cookies.ShouldNotContainKey(Session);
    }

    [Fact]
    public async Task Callback_Twice_IsTakenOnce()
    {
        var answer = Identity.Authorize(await _browser.BeginAsync());
        var login = _browser.Cookies[Login];
        (await _browser.GetAsync(answer)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        _browser.Cookies[Login] = login;
        (await _browser.GetAsync(answer)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Callback_Late_IsTooLate()
    {
        var answer = Identity.Authorize(await _browser.BeginAsync());
        _platform.Time.Advance(PendingLogin.Patience);
        (await _browser.GetAsync(answer)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    /// <summary>Another program's token in the place of the console's (RFC 9700, section 4.8).</summary>
    [Fact]
    public async Task Callback_TokenOfAnotherClient_SignsNobodyIn()
    {
        Identity.Client = "portal";
        (await _browser.GetAsync(Identity.Authorize(await _browser.BeginAsync()))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _browser.Cookies.ShouldNotContainKey(Session);
    }

    /// <summary>Session fixation: what was planted before the login is worth nothing after it.</summary>
    [Fact]
    public async Task Login_WithAPlantedSession_ReplacesIt()
    {
        using var attacker = new TestBrowser(_platform.Address);
        Identity.Roles = [];
        await attacker.LogInAsync(Identity);
        _browser.Cookies[Session] = attacker.Cookies[Session];
        Identity.Roles = ["operator"];
        await _browser.LogInAsync(Identity);
        _browser.Cookies[Session].ShouldNotBe(attacker.Cookies[Session]);
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await attacker.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/console/regions//evil.example")]
    [InlineData("/console/regions/../../../evil")]
    [InlineData("/console/regions/a%0d%0aSet-Cookie:x=y")]
    [InlineData("/console/logout")]
    [InlineData("javascript:alert(1)")]
    public async Task Return_ToAnywhereElse_IsTheFirstPage(string path)
    {
        using var back = await _browser.GetAsync(Identity.Authorize(await _browser.BeginAsync($"?return_to={Uri.EscapeDataString(path)}")));
        back.Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public async Task Start_ByAHostThatIsNotOurs_SendsNobodyAnywhere()
    {
        using var answer = await _browser.GetAsync("/console/login/start", ("Host", "evil.example"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Location.ShouldBeNull();
        _browser.Cookies.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task Logout_AskedForByAnotherSite_IsRefused(string header, string value)
    {
        await _browser.LogInAsync(Identity);
        (await _browser.SendAsync(HttpMethod.Post, "/console/logout", (header, value))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Identity.Revoked.ShouldBeEmpty();
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _browser.GetAsync("/console/logout")).StatusCode.ShouldNotBe(HttpStatusCode.SeeOther, "a link or an image is no form");
        _browser.Cookies.ShouldContainKey(Session);
    }

    [Fact]
    public async Task Link_MadeOfAnotherKey_LetsNobodyIn()
    {
        foreach (var code in (string[])[ConsoleCode.Create(ApiCredential.Create(OperatorKey.Id), _platform.Time.GetUtcNow()), "", "AAAA", new string('A', 75), "%00", "../../etc/passwd"])
            (await _browser.GetAsync($"/console/enter?code={code}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden, code);
        _browser.Cookies.ShouldBeEmpty();
    }
}
