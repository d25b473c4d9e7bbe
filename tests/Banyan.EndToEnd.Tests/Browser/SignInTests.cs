using System.Globalization;
using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>The whole way into the console of a real platform, in a real browser: login, refusal, logout, one-time link.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class SignInTests(LivePlatform platform, Chromium chromium) : IClassFixture<Chromium>
{
    private string Address => $"http://127.0.0.1:{platform.Port.ToString(CultureInfo.InvariantCulture)}";

    [Fact]
    public async Task Console_FromLoginToLogout_AsPeopleGo()
    {
        await platform.WaitUntilHomeAsync("east-africa");
        await using var window = await chromium.OpenAsync(Address, link: null);
        var page = window.Page;

        using var people = new People(platform);
        await people.LogInAdministratorAsync();

        // A stranger who asks for a page is led to the ways in, and back to that page.
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync("/console/regions/west-africa");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Sign in to the console");
        await ShotAsync(window, "login");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with your account" }).ClickAsync();
        await LogInAsync(page, People.Administrator);
        await Expect(page.Locator("h1")).ToHaveTextAsync("west-africa");
        new Uri(page.Url).AbsolutePath.ShouldBe("/console/regions/west-africa");
        await Expect(page.Locator(".viewer-name")).ToHaveTextAsync("administrator");
        await window.GoLiveAsync("/");
        await Expect(page.Locator("#s-state")).ToHaveTextAsync("all 5 regions serving");
        await ShotAsync(window, "console");
        foreach (var cookie in await page.Context.CookiesAsync())
            (cookie.HttpOnly, cookie.Secure, cookie.SameSite).ShouldBe((true, true, SameSiteAttribute.Lax), cookie.Name);

        // Signing out of the console; the account stays logged in, so that coming back asks for nothing.
        await page.Locator(".viewer button").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("You are signed out");
        (await page.GotoAsync("/console/v1/status"))!.Status.ShouldBe(401);
        await page.GotoAsync("/console/login/start?region=east-africa");
        await Expect(page.Locator("#s-state")).ToHaveTextAsync("all 5 regions serving");
    }

    [Fact]
    public async Task Console_ResidentWithoutARole_IsToldWhichRule()
    {
        await platform.WaitUntilHomeAsync("east-africa");
        using var people = new People(platform);
        var amina = await people.RegisterAsync("east-africa");
        await using var window = await chromium.OpenAsync(Address, link: null);
        var page = window.Page;
        await page.GotoAsync("/console/login/start?region=east-africa");
        await LogInAsync(page, amina);
        await Expect(page.Locator("h1")).ToHaveTextAsync("You may not see the console");
        await Expect(page.Locator(".facts")).ToContainTextAsync("default-deny");
        await ShotAsync(window, "refused");
        (await page.GotoAsync("/console/v1/status"))!.Status.ShouldBe(403);
    }

    [Fact]
    public async Task Console_Stranger_GetsNothing()
    {
        using var stranger = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Address) };
        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/", HttpStatusCode.SeeOther), ("/console/regions/east-africa", HttpStatusCode.SeeOther), ("/console/v1/status", HttpStatusCode.Unauthorized), ("/console/live", HttpStatusCode.Unauthorized), ("/health/ready", HttpStatusCode.OK), ("/regions/east-africa/disaster/v1/feed.atom", HttpStatusCode.OK)])
        {
            using var answer = await stranger.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBe(status, path);
        }

        using var known = await platform.Http.GetAsync(new Uri("/console/v1/status", UriKind.Relative), TestContext.Current.CancellationToken);
        known.StatusCode.ShouldBe(HttpStatusCode.OK, "the operator's key is shown");
    }

    [Fact]
    public async Task Link_OfTheCommand_LetsInOnce()
    {
        var link = await platform.LinkAsync();
        await using var window = await chromium.OpenAsync(Address, link);
        await window.GoLiveAsync("/");
        await Expect(window.Page.Locator(".viewer-name")).ToHaveTextAsync("operator of this machine");
        window.Complaints.ShouldBeEmpty();
        await using var other = await chromium.OpenAsync(Address, link: null);
        (await other.Page.GotoAsync(link))!.Status.ShouldBe(403);
        await Expect(other.Page.Locator("h1")).ToHaveTextAsync("That did not work");
    }

    private static async Task LogInAsync(IPage page, string identifier)
    {
        await page.Locator("[name=identifier]").FillAsync(identifier);
        await page.Locator("[name=password]").FillAsync(People.Password);
        await page.Locator("main form button").First.ClickAsync();
    }

    /// <summary>Into the folder that <c>BANYAN_SCREENSHOTS</c> names, in light and dark.</summary>
    private static async Task ShotAsync(Window window, string name)
    {
        if (Environment.GetEnvironmentVariable("BANYAN_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await window.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
        }
    }
}
