using System.Net;
using Banyan.Console.SignIn;
using Banyan.Control.Credentials;

namespace Banyan.Console.Tests.SignIn;

/// <summary>Sessions over time: confirmed while the identity service answers, good while it does not, over as soon as somebody ends them.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private ScriptedPlatform _platform = null!;
    private TestBrowser _browser = null!;

    private ScriptedIdentity Identity => _platform.Identity!;

    public async ValueTask InitializeAsync()
    {
        _platform = await ScriptedPlatform.StartGuardedAsync();
        _browser = new TestBrowser(_platform.Address);
        await _browser.LogInAsync(Identity);
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Session_TokenEnded_IsRenewedOnceForAllThatCome()
    {
        var before = _browser.Cookies.Values.Single();
        _platform.Time.Advance(TimeSpan.FromMinutes(5));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StatusAsync(before)));
        answers.ShouldAllBe(static a => a == HttpStatusCode.OK);
        Identity.Refreshed.ShouldBe(1);
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _browser.Cookies.Values.Single().ShouldNotBe(before);
    }

    [Fact]
    public async Task Session_RolesTaken_ShowsInTheRenewedOne()
    {
        Identity.Roles = [];
        _platform.Time.Advance(TimeSpan.FromMinutes(5));
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Session_IdentityAway_GoesOnForHoursAndNotForEver()
    {
        Identity.IsAway = true;
        _platform.Time.Advance(TimeSpan.FromHours(11));
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _platform.Time.Advance(TimeSpan.FromHours(1));
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        _browser.Cookies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Session_IdentityBack_IsConfirmedAgain()
    {
        Identity.IsAway = true;
        _platform.Time.Advance(TimeSpan.FromHours(11));
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        Identity.IsAway = false;
        _platform.Time.Advance(TimeSpan.FromMinutes(1));
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        _platform.Time.Advance(TimeSpan.FromHours(11));
        Identity.IsAway = true;
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK, "it counts from its confirmation on");
    }

    [Fact]
    public async Task Session_GrantRefused_IsOver()
    {
        Identity.EndAll();
        (await _browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "the directory says at once that it has ended");
        _browser.Cookies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Session_OfOneFrontDoor_IsTakenByAnother()
    {
        await _platform.StopDoorAsync();
        await _platform.StartDoorAsync(_platform.State.EntryPort); // another process with the same folder
        using var page = await _browser.GetAsync("/");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Stream_SessionEndsMeanwhile_EndsToo()
    {
        using var answer = await _browser.GetAsync("/console/live");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Identity.EndAll();
        var last = "";
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            last = line.StartsWith("event: ", StringComparison.Ordinal) ? line : last;
        last.ShouldBe("event: again");
        (await _browser.GetAsync("/console/session")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void Counts_LinkOfAKeyThatWasReplaced_IsOver()
    {
        var now = _platform.Time.GetUtcNow();
        var session = ConsoleSession.OfOperator(Identity.Operator, "east-africa", now);
        var access = Identity.AccessFor(_platform.Data, _platform.Time);
        session.Counts(access, now).ShouldBeTrue();
        session.Counts(access with { Operator = ApiCredential.Create(OperatorKey.Id) }, now).ShouldBeFalse();
        session.Counts(access with { Operator = null }, now).ShouldBeFalse();
    }

    [Fact]
    public void Grace_IsAsDocumented() => ConsoleSession.Grace.ShouldBe(TimeSpan.FromHours(12));

    private async Task<HttpStatusCode> StatusAsync(string cookie)
    {
        using var browser = new TestBrowser(_platform.Address) { Cookies = { ["__Host-banyan-console"] = cookie } };
        using var answer = await browser.GetAsync("/console/v1/status");
        return answer.StatusCode;
    }
}
