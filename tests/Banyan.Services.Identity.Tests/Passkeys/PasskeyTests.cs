using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.SecondFactor;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>Passkeys over HTTP, with an authenticator in software.</summary>
public sealed class PasskeyTests : IAsyncLifetime
{
    private const string Amina = "amina@example.org";
    private IdentityCell _cell = null!;
    private Person _amina = null!;

    public async ValueTask InitializeAsync()
    {
        _cell = await IdentityCell.StartAsync();
        await _cell.RegisterAsync(Amina, name: "Amina Wanjiru");
        _amina = await Person.LoginAsync(_cell, Amina);
    }

    public ValueTask DisposeAsync() => _cell.DisposeAsync();

    [Theory]
    [InlineData(false, true, "swk")]
    [InlineData(false, false, "pop")]
    [InlineData(true, false, "pop")]
    public async Task Login_WithAPasskeyAlone_IsBothFactors(bool rsa, bool synced, string method)
    {
        using var device = new SoftAuthenticator(rsa) { IsBackupEligible = synced, IsBackedUp = synced, Counts = !synced };
        var id = await Ceremony.MakeAsync(_amina, device, "My phone");
        id.ShouldStartWith("east.");
        device.Handle.ShouldStartWith("east.");
        device.Handle.ShouldNotBe(_amina.Subject); // what the authenticator keeps says nothing of what programs see

        var browser = new Person(_cell);
        _cell.Time.Advance(TimeSpan.FromHours(1));
        var begun = await Ceremony.LoginAsync(browser, device);
        begun.GetProperty("subject").GetString().ShouldBe(_amina.Subject);
        begun.GetProperty("acr").GetString().ShouldBe("aal2");
        var tokens = await browser.LetInAsync("openid offline_access *");
        browser.Claims.GetProperty("acr").GetString().ShouldBe("aal2");
        browser.Claims.GetProperty("sub").GetString().ShouldBe(_amina.Subject);
        (await _cell.VerifyAsync(tokens.GetProperty("id_token").GetString()!)).GetProperty("amr").EnumerateArray().Select(m => m.GetString()).ShouldBe([method, "user"]);
        (await browser.GetAsync("/identity/v1/sessions")).GetProperty("sessions").EnumerateArray().Count(s => s.GetProperty("acr").GetString() == "aal2" && s.GetProperty("current").GetBoolean()).ShouldBe(1);

        var listed = (await browser.GetAsync("/identity/v1/passkeys")).GetProperty("passkeys").EnumerateArray().Single();
        listed.GetProperty("id").GetString().ShouldBe(id);
        listed.GetProperty("name").GetString().ShouldBe("My phone");
        listed.GetProperty("synced").GetBoolean().ShouldBe(synced);
        listed.GetProperty("backed_up").GetBoolean().ShouldBe(synced);
        listed.GetProperty("created_at").GetDateTimeOffset().ShouldBe(IdentityCell.Start, TimeSpan.FromMinutes(1));
        listed.GetProperty("used_at").GetDateTimeOffset().ShouldBe(IdentityCell.Start.AddHours(1), TimeSpan.FromMinutes(1));
        await Ceremony.LoginAsync(new Person(_cell), device); // again
    }

    [Fact]
    public async Task Options_AskForADiscoverableVerifiedPasskey_OfTheDomain()
    {
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device);
        var make = (await Ceremony.AskToMakeAsync(_amina)).GetProperty("options");
        make.GetProperty("rp").GetProperty("id").GetString().ShouldBe("kai.example");
        make.GetProperty("user").GetProperty("name").GetString().ShouldBe(Amina);
        make.GetProperty("user").GetProperty("displayName").GetString().ShouldBe("Amina Wanjiru");
        make.GetProperty("pubKeyCredParams").EnumerateArray().Select(p => p.GetProperty("alg").GetInt32()).ShouldBe([-7, -257]);
        make.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString().ShouldBe("required");
        make.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString().ShouldBe("required");
        make.GetProperty("attestation").GetString().ShouldBe("none");
        make.GetProperty("timeout").GetInt32().ShouldBe(300_000);
        var known = make.GetProperty("excludeCredentials").EnumerateArray().Single();
        Base64Url.DecodeFromChars(known.GetProperty("id").GetString()).ShouldBe(device.Credential);
        known.GetProperty("transports").EnumerateArray().Select(t => t.GetString()).ShouldBe(["hybrid", "internal"], ignoreOrder: true); // what is no transport is not kept

        var use = (await Ceremony.AskAsync(new Person(_cell))).GetProperty("options");
        use.GetProperty("rpId").GetString().ShouldBe("kai.example");
        use.GetProperty("userVerification").GetString().ShouldBe("required");
        use.GetProperty("allowCredentials").GetArrayLength().ShouldBe(0); // of whoever it is
        Base64Url.DecodeFromChars(use.GetProperty("challenge").GetString()).Length.ShouldBe(32);
    }

    [Fact]
    public async Task Passkeys_RenamedAndRemoved_AndOthersAreNotTouched()
    {
        using var device = new SoftAuthenticator();
        var id = await Ceremony.MakeAsync(_amina, device);
        await _cell.RegisterAsync("ben@example.org");
        var ben = await Person.LoginAsync(_cell, "ben@example.org");
        await ben.SendAsync(HttpMethod.Patch, $"/identity/v1/passkeys/{id}", new { name = "Mine" }, HttpStatusCode.NotFound);
        await ben.SendAsync(HttpMethod.Post, $"/identity/v1/passkeys/{id}/remove", new { password = Person.Password }, HttpStatusCode.NotFound);
        (await ben.GetAsync("/identity/v1/passkeys")).GetProperty("passkeys").GetArrayLength().ShouldBe(0);

        await _amina.SendAsync(HttpMethod.Patch, $"/identity/v1/passkeys/{id}", new { name = "Laptop" }, HttpStatusCode.NoContent);
        await _amina.SendAsync(HttpMethod.Patch, $"/identity/v1/passkeys/{id}", new { name = new string('x', 61) }, HttpStatusCode.UnprocessableEntity);
        (await _amina.GetAsync("/identity/v1/passkeys")).GetProperty("passkeys")[0].GetProperty("name").GetString().ShouldBe("Laptop");
        await _amina.SendAsync(HttpMethod.Post, $"/identity/v1/passkeys/{id}/remove", new { password = "not the password" }, HttpStatusCode.Unauthorized);
        await Ceremony.LoginAsync(new Person(_cell), device);
        await _amina.SendAsync(HttpMethod.Post, $"/identity/v1/passkeys/{id}/remove", new { password = Person.Password }, HttpStatusCode.NoContent);
        await Ceremony.LoginAsync(new Person(_cell), device, HttpStatusCode.Unauthorized);

        string[] said = ["made", "renamed", "used", "removed"];
        await IdentityCell.UntilAsync(async () => (await EventsAsync()).IsSupersetOf(said.Select(s => ($"banyan.identity.passkey.{s}.v1", (string?)_amina.Subject))), "the journal has all of it");
    }

    [Fact]
    public async Task Make_NeedsThePassword_AndTellsThePerson()
    {
        await _amina.SendAsync(HttpMethod.Post, "/identity/v1/passkeys/options", new { password = "not the password" }, HttpStatusCode.Unauthorized);
        await _cell.PostAsync("/identity/v1/passkeys/options", new { password = Person.Password }, HttpStatusCode.Unauthorized);
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device);
        (await _cell.MessagesAsync()).ShouldContain(m => m.To == Amina && m.Text.StartsWith("A passkey was made", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Make_MoreThanThereMayBe_IsRefused()
    {
        for (var i = 0; i < PasskeySetup.Most; i++)
        {
            using var device = new SoftAuthenticator();
            await Ceremony.MakeAsync(_amina, device, $"Key {i}");
        }

        (await _amina.SendAsync(HttpMethod.Post, "/identity/v1/passkeys/options", new { password = Person.Password }, HttpStatusCode.TooManyRequests)).GetProperty("type").GetString().ShouldBe("urn:banyan:problem:identity-full");
    }

    [Fact]
    public async Task Login_WhileTheAddressWaits_GoesOnByPasskey_AndGuessersGainNothing()
    {
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device);
        for (var i = 0; i < 5; i++)
            await _cell.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = "wrong wrong" }, HttpStatusCode.Unauthorized);
        await _cell.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.TooManyRequests);

        await Ceremony.LoginAsync(new Person(_cell), device);

        await _cell.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.TooManyRequests); // it waits on
    }

    [Fact]
    public async Task Login_OfAnAccountThatIsKeptOut_IsRefused()
    {
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device);
        var root = await _cell.AdministratorAsync();
        await root.SendAsync(HttpMethod.Patch, $"/identity/v1/accounts/{_amina.Subject}", new { state = "disabled" }, HttpStatusCode.NoContent);
        await Ceremony.LoginAsync(new Person(_cell), device, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task SecondStep_WithAPasskeyOfTheSamePerson_TakesThePlaceOfTheCode()
    {
        using var device = new SoftAuthenticator { SaysHandle = false }; // as authenticators may where they are told which passkeys there are
        await Ceremony.MakeAsync(_amina, device);
        await _cell.RegisterAsync("ben@example.org");
        using var bens = new SoftAuthenticator();
        await Ceremony.MakeAsync(await Person.LoginAsync(_cell, "ben@example.org"), bens);
        await TurnOnTotpAsync();

        var browser = new Person(_cell);
        var challenge = await ChallengeAsync();
        var asked = await AskForSecondAsync(browser, challenge);
        asked.GetProperty("options").GetProperty("allowCredentials").EnumerateArray().Select(c => c.GetProperty("id").GetString()).ShouldBe([Base64Url.EncodeToString(device.Credential)]);
        await SecondAsync(browser, challenge, asked, bens, HttpStatusCode.Unauthorized);
        asked = await AskForSecondAsync(browser, challenge);
        var begun = await SecondAsync(browser, challenge, asked, device, HttpStatusCode.OK);
        begun.GetProperty("acr").GetString().ShouldBe("aal2");
        var tokens = await browser.LetInAsync("openid");
        (await _cell.VerifyAsync(tokens.GetProperty("id_token").GetString()!)).GetProperty("amr").EnumerateArray().Select(m => m.GetString()).ShouldBe(["pwd", "swk", "user"]);

        // The login is over; another's challenge is not what was asked for.
        await SecondAsync(browser, challenge, asked, device, HttpStatusCode.Unauthorized);
        var (one, other) = (await ChallengeAsync(), await ChallengeAsync());
        asked = await AskForSecondAsync(browser, one);
        await SecondAsync(browser, other, asked, device, HttpStatusCode.Unauthorized);
        await SecondAsync(browser, one, asked, device, HttpStatusCode.OK);
    }

    [Fact]
    public async Task SecondStep_GuessedAtWithAnotherKey_LocksTheAddress()
    {
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device);
        await TurnOnTotpAsync();
        using var forged = new SoftAuthenticator { Credential = device.Credential, Handle = device.Handle };
        var browser = new Person(_cell);
        for (var i = 0; i < 5; i++)
        {
            var challenge = await ChallengeAsync();
            await SecondAsync(browser, challenge, await AskForSecondAsync(browser, challenge), forged, HttpStatusCode.Unauthorized);
        }

        await _cell.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Export_ShowsThePublicKey_AndDeletionLeavesNoWayIn()
    {
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device, "My phone");
        var export = await _amina.SendAsync(HttpMethod.Post, "/personal/v1/me/exports", null, HttpStatusCode.OK);
        var row = export.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("table").GetString() == "identity.passkeys").GetProperty("rows").EnumerateArray().Single();
        row.GetProperty("credential").GetString().ShouldBe(Convert.ToBase64String(device.Credential));
        Convert.FromBase64String(row.GetProperty("public_key").GetString()!).Length.ShouldBe(77); // a COSE key of P-256
        row.GetProperty("name").GetString().ShouldBe("My phone");
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.passkeys AS t WHERE t::text LIKE '%My phone%' OR position(decode('" + Convert.ToHexString(device.Credential) + "', 'hex') in t.credential) > 0")).ShouldBe(0); // sealed

        await _amina.SendAsync(HttpMethod.Post, "/personal/v1/me/deletions", new { confirm = _amina.Subject }, HttpStatusCode.Accepted);
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.passkeys")).ShouldBe(0);
        await Ceremony.LoginAsync(new Person(_cell), device, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Ceremonies_ThatWereAnswered_AreForgottenWhenTheyAreWorthless()
    {
        using var device = new SoftAuthenticator();
        await Ceremony.MakeAsync(_amina, device);
        await Ceremony.LoginAsync(new Person(_cell), device);
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.ceremonies")).ShouldBe(2);
        var housekeeping = ActivatorUtilities.CreateInstance<Housekeeping>(_cell.Services);
        await housekeeping.CleanAsync(TestContext.Current.CancellationToken);
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.ceremonies")).ShouldBe(2);
        _cell.Time.Advance(TimeSpan.FromMinutes(6));
        await housekeeping.CleanAsync(TestContext.Current.CancellationToken);
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.ceremonies")).ShouldBe(0);
    }

    private async Task TurnOnTotpAsync()
    {
        var secret = (await _amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor", new { password = Person.Password }, HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(secret.Select(c => Convert.ToString(Alphabet.IndexOf(c), 2).PadLeft(5, '0')));
        byte[] bytes = [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
        await _amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/confirm", new { code = Totp.Code(bytes, Totp.StepOf(_cell.Time.GetUtcNow()), 6) }, HttpStatusCode.OK);
    }

    private async Task<string> ChallengeAsync() =>
        (await _cell.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.Accepted)).GetProperty("challenge").GetString()!;

    private static async Task<JsonElement> AskForSecondAsync(Person browser, string challenge)
    {
        using var response = await browser.PostJsonAsync("/identity/v1/sessions/second-factor/passkey/options", new { challenge });
        return await IdentityCell.ReadAsync(response, HttpStatusCode.OK);
    }

    private static async Task<JsonElement> SecondAsync(Person browser, string challenge, JsonElement asked, SoftAuthenticator device, HttpStatusCode expected)
    {
        using var response = await browser.PostJsonAsync("/identity/v1/sessions/second-factor/passkey", new { challenge, ceremony = asked.GetProperty("ceremony").GetString(), credential = device.Use(asked.GetProperty("options")) });
        return await IdentityCell.ReadAsync(response, expected);
    }

    private async Task<HashSet<(string Type, string? Subject)>> EventsAsync()
    {
        await using var command = _cell.Database.CreateCommand("SELECT type, subject FROM journal.entry");
        await using var reader = await command.ExecuteReaderAsync();
        var found = new HashSet<(string, string?)>();
        while (await reader.ReadAsync())
            found.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        return found;
    }
}
