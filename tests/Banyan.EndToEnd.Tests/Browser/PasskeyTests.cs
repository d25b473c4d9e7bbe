using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>Passkeys of a real platform in a real browser, with the authenticator that Chromium has for tests (WebAuthn Level 3, section 11).</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class PasskeyTests(LivePlatform platform, Chromium chromium) : IClassFixture<Chromium>
{
    private const string Passkeys = "/identity/account/passkeys";

    [Fact]
    public async Task Passkey_MadeUsedAndRemoved_AsPeopleDo()
    {
        await platform.WaitUntilHomeAsync("east-africa");
        using var people = new People(platform);
        var amina = await people.RegisterAsync("east-africa");
        await using var window = await chromium.OpenAsync(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{platform.Port}"), link: null);
        var page = window.Page;
        var browser = await page.Context.NewCDPSessionAsync(page);
        await browser.SendAsync("WebAuthn.enable");
        var added = await browser.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        });
        var authenticator = added!.Value.GetProperty("authenticatorId").GetString()!;

        // This authenticator takes what a page offers for the address field by itself, before any button is pressed: so pages offer nothing there.
        await page.AddInitScriptAsync("delete PublicKeyCredential.isConditionalMediationAvailable");

        // She logs in with her password, at the door of another region, and makes a passkey.
        await page.GotoAsync("/regions/west-africa/identity/login");
        await page.Locator("[name=identifier]").FillAsync(amina);
        await page.Locator("[name=password]").FillAsync(People.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Amina");
        await page.GetByRole(AriaRole.Link, new() { Name = "none: make one" }).ClickAsync();
        await page.Locator("[name=password]").FillAsync(People.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await page.Locator("[name=name]").FillAsync("My laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the passkey" }).ClickAsync();
        await Expect(page.Locator(".rows b")).ToHaveTextAsync("My laptop");
        (await CredentialsAsync()).ShouldBe(1);

        // The same device makes no second one.
        await page.Locator("h2 ~ form [name=password]").FillAsync(People.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the passkey" }).ClickAsync();
        await Expect(page.Locator("[data-words]")).ToHaveTextAsync("This device has a passkey of yours already.");

        // Logged out, she comes back at the door of a third one.
        await LogOutAsync();
        await page.GotoAsync("/regions/north-africa/identity/login");
        await UseAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Amina");
        await Expect(page.Locator(".rows", new() { HasText = "this one" })).ToContainTextAsync("aal2");
        await page.GotoAsync(Passkeys);
        await Expect(page.Locator(".rows")).ToContainTextAsync("last used");

        // Whom the device does not recognize gets in no further.
        await LogOutAsync();
        await browser.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = authenticator, ["isUserVerified"] = false });
        await page.GotoAsync("/identity/login");
        await UseAsync();
        await Expect(page.Locator("[data-words]")).ToHaveTextAsync("No passkey was used. Try again, or go on without one.");
        await browser.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = authenticator, ["isUserVerified"] = true });

        // Removed, it is good for nothing, although the device still has it.
        await page.GotoAsync("/identity/login");
        await UseAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Amina");
        await page.GotoAsync(Passkeys);
        await page.Locator("summary").ClickAsync();
        await page.Locator("details [name=password]").FillAsync(People.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.Locator(".rows")).ToHaveCountAsync(0);
        await LogOutAsync();
        await page.GotoAsync("/identity/login");
        await UseAsync();
        await Expect(page.Locator("main > [role=alert]")).ToContainTextAsync("The passkey was not taken");
        (await CredentialsAsync()).ShouldBe(1);
        window.Complaints.Where(static c => !c.Contains("401", StringComparison.Ordinal)).ShouldBeEmpty(); // no policy of a page was in the way
        window.Hosts.Count.ShouldBe(1);

        async Task<int> CredentialsAsync() =>
            (await browser.SendAsync("WebAuthn.getCredentials", new() { ["authenticatorId"] = authenticator }))!.Value.GetProperty("credentials").GetArrayLength();

        async Task LogOutAsync()
        {
            await page.GotoAsync("/identity/account");
            await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
            await Expect(page.Locator("h1")).ToHaveTextAsync("You are logged out");
        }

        Task UseAsync() => page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
    }
}
