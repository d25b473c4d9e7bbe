using System.Net;
using Banyan.Services.Identity.Tests.Elsewhere;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>Passkeys of people whose home is east, at west's door: the user handle says whom to ask.</summary>
public class PasskeysElsewhereTests
{
    private const string Amina = "amina@example.org";

    [Fact]
    public async Task Passkey_MadeAndUsedAtAnotherRegion_IsAtHome()
    {
        await using var platform = await TwoRegions.StartAsync();
        var subject = await platform.East.RegisterAsync(Amina);
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(await Person.LoginAsync(platform.West, Amina), device);
        device.Handle.ShouldStartWith("east.");

        var browser = new Person(platform.West);
        var begun = await Ceremony.LoginAsync(browser, device); // west asks, east judges
        begun.GetProperty("subject").GetString().ShouldBe(subject);
        await browser.LetInAsync("openid *");
        (await platform.West.VerifyAsync(browser.Access)).GetProperty("acr").GetString().ShouldBe("aal2");
        (await browser.GetAsync("/identity/v1/passkeys")).GetProperty("passkeys").GetArrayLength().ShouldBe(1);
        await Ceremony.LoginAsync(new Person(platform.East), device);
        (await platform.West.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.passkeys) + (SELECT count(*) FROM identity.sessions) + (SELECT count(*) FROM identity.ceremonies)")).ShouldBe(0);
    }

    [Fact]
    public async Task Answer_ThatWasTaken_IsNotTakenAgainAtAnotherRegion()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina);
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(await Person.LoginAsync(platform.East, Amina), device);
        var (west, east) = (new Person(platform.West), new Person(platform.East));
        var asked = await Ceremony.AskAsync(west);
        foreach (var (name, value) in west.Cookies)
            east.Cookies[name] = value;
        var answer = device.Use(asked.GetProperty("options"));
        await Ceremony.AnswerAsync(west, asked.GetProperty("ceremony").GetString(), answer.DeepClone().AsObject());
        await Ceremony.AnswerAsync(east, asked.GetProperty("ceremony").GetString(), answer.DeepClone().AsObject(), HttpStatusCode.Unauthorized);
        await Ceremony.AnswerAsync(west, asked.GetProperty("ceremony").GetString(), answer, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Handles_OfKnownAndUnknownPeople_AreAnsweredAlike()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina);
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(await Person.LoginAsync(platform.East, Amina), device);
        device.Signature = static s => [.. s[..^1], (byte)(s[^1] ^ 1)];
        var known = await Ceremony.LoginAsync(new Person(platform.West), device, HttpStatusCode.Unauthorized);
        foreach (var handle in (string[])["east." + new string('A', 22), "west." + new string('A', 22), "atlantis." + new string('A', 22), "", "no handle at all"])
        {
            using var stranger = new SoftAuthenticator { Handle = handle };
            Ceremony.Words(await Ceremony.LoginAsync(new Person(platform.West), stranger, HttpStatusCode.Unauthorized)).ShouldBe(Ceremony.Words(known), handle);
        }
    }

    [Fact]
    public async Task LoginPage_OfAnotherRegion_TakesAPasskeyAndGoesOnAtHome()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina, name: "Amina");
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(await Person.LoginAsync(platform.East, Amina), device);
        var amina = new Person(platform.West);
        using var shown = await amina.BrowseAsync(HttpMethod.Get, "/identity/login");
        var page = await shown.Content.ReadAsStringAsync();
        var credential = device.Use(PasskeyPageTests.Options(page)).ToJsonString();
        using var begun = await amina.BrowseAsync(HttpMethod.Post, "/identity/login/passkey", [.. Person.Hidden(page).Where(f => f.Name != "credential"), ("credential", credential)]);
        begun.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        begun.Headers.Location!.OriginalString.ShouldBe("/regions/east/identity/account");
        using var account = await amina.BrowseAsync(HttpMethod.Get, "/identity/account");
        (await account.Content.ReadAsStringAsync()).ShouldContain("<h1>Amina</h1>");
    }

    [Fact]
    public async Task Login_WhileTheHomeIsAway_SaysSo_AndTheAnswerIsGoodAfterwards()
    {
        await using var platform = await TwoRegions.StartAsync();
        await platform.East.RegisterAsync(Amina);
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(await Person.LoginAsync(platform.East, Amina), device);
        var browser = new Person(platform.West);
        var asked = await Ceremony.AskAsync(browser);
        var answer = device.Use(asked.GetProperty("options"));
        await platform.East.StopAsync();
        (await Ceremony.AnswerAsync(browser, asked.GetProperty("ceremony").GetString(), answer.DeepClone().AsObject(), HttpStatusCode.ServiceUnavailable)).GetProperty("type").GetString().ShouldBe("urn:banyan:problem:region-away");
        await platform.East.StartAgainAsync();
        await Ceremony.AnswerAsync(browser, asked.GetProperty("ceremony").GetString(), answer);
    }
}
