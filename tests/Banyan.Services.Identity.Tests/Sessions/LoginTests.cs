using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Services.Identity.Passwords;

namespace Banyan.Services.Identity.Tests.Sessions;

public class LoginTests
{
    [Fact]
    public async Task Login_UnknownAddressAndWrongPassword_AnswerTheSame()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");

        var answers = new List<string>();
        foreach (var identifier in new[] { "amina@example.org", "nobody@example.org" })
        {
            for (var i = 0; i < 6; i++)
            {
                using var response = await cell.Client.PostAsJsonAsync("/identity/v1/sessions", new { identifier, password = "not the password" });
                using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
                answers.Add($"{response.StatusCode} {json.RootElement.GetProperty("type")} {json.RootElement.GetProperty("detail")} {response.Headers.RetryAfter is not null}");
            }
        }

        answers[..6].ShouldBe(answers[6..]);
        answers[0].ShouldStartWith("Unauthorized urn:banyan:problem:login-refused");
        answers[5].ShouldStartWith("TooManyRequests urn:banyan:problem:login-locked");
    }

    [Fact]
    public async Task Login_AfterFailures_IsLockedAcrossARestart_AndFreeAfterThePause()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        for (var i = 0; i < 5; i++)
            await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = "wrong wrong" }, HttpStatusCode.Unauthorized);

        await cell.StartAgainAsync();

        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.TooManyRequests);
        cell.Time.Advance(TimeSpan.FromSeconds(31));
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = "wrong again" }, HttpStatusCode.Unauthorized);
        cell.Time.Advance(TimeSpan.FromSeconds(31));
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.TooManyRequests); // twice as long
        cell.Time.Advance(TimeSpan.FromSeconds(31));
        await new Person(cell).BeginAsync("amina@example.org");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.attempts")).ShouldBe(0);
    }

    [Fact]
    public async Task Login_ManyGuessesAtOnce_CountsEachAndRefusesTheRightOneOnceLocked()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var response = await cell.Client.PostAsJsonAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = $"guess number {i}" });
            return response.StatusCode;
        }));

        answers.Count(a => a == HttpStatusCode.Unauthorized).ShouldBe(5);
        answers.Count(a => a == HttpStatusCode.TooManyRequests).ShouldBe(15);
    }

    [Fact]
    public async Task Login_HashOfAnotherStrength_IsMadeAnew()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        (await cell.ScalarAsync<string>("SELECT password FROM identity.accounts")).ShouldStartWith("$argon2id$v=19$m=8192,t=1,p=1$");
        cell.Settings = [("identity:password.memory", "9")];
        await cell.StartAgainAsync();

        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = "not the password" }, HttpStatusCode.Unauthorized);
        (await cell.ScalarAsync<string>("SELECT password FROM identity.accounts")).ShouldStartWith("$argon2id$v=19$m=8192,");
        await new Person(cell).BeginAsync("amina@example.org");

        (await cell.ScalarAsync<string>("SELECT password FROM identity.accounts")).ShouldStartWith("$argon2id$v=19$m=9216,t=1,p=1$");
        await new Person(cell).BeginAsync("amina@example.org");
    }

    [Fact]
    public async Task Login_MoreAtOnceThanMayWait_IsRefusedForNow()
    {
        await using var cell = await IdentityCell.StartAsync(("identity:password.concurrency", "1"), ("identity:password.waiting", "0"), ("identity:password.memory", "64"), ("identity:password.passes", "3"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var response = await cell.Client.PostAsJsonAsync("/identity/v1/sessions", new { identifier = $"p{i}@example.org", password = "some password" });
            return response.StatusCode;
        }));

        answers.ShouldContain(HttpStatusCode.ServiceUnavailable);
        answers.ShouldContain(HttpStatusCode.Unauthorized);
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "later@example.org", password = "some password" }, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Sessions_EndedByTheirOwner_EndTokensEverywhere_OthersGoOn()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var phone = await Person.LoginAsync(cell, "amina@example.org");
        var laptop = await Person.LoginAsync(cell, "amina@example.org");

        var listed = (await laptop.GetAsync("/identity/v1/sessions")).GetProperty("sessions").EnumerateArray().ToList();
        listed.Select(s => (s.GetProperty("id").GetString(), s.GetProperty("current").GetBoolean())).ShouldBe([(laptop.Session, true), (phone.Session, false)]);
        await laptop.SendAsync(HttpMethod.Delete, $"/identity/v1/sessions/{phone.Session}", null, HttpStatusCode.NoContent);

        cell.Directory.IsEnded(phone.Grant).ShouldBeTrue();
        cell.Directory.IsEnded(laptop.Grant).ShouldBeFalse();
        (await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, null, ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", phone.Refresh!))).GetProperty("error").GetString().ShouldBe("invalid_grant");
        using var account = await phone.BrowseAsync(HttpMethod.Get, "/identity/account");
        account.Headers.Location!.OriginalString.ShouldBe("/identity/login");
        (await laptop.GetAsync("/identity/v1/sessions")).GetProperty("sessions").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Sessions_OfAnother_AreNotFound()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        await cell.RegisterAsync("badru@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        var badru = await Person.LoginAsync(cell, "badru@example.org");

        await badru.SendAsync(HttpMethod.Delete, $"/identity/v1/sessions/{amina.Session}", null, HttpStatusCode.NotFound);

        cell.Directory.IsEnded(amina.Grant).ShouldBeFalse();
        (await badru.GetAsync("/identity/v1/sessions")).GetProperty("sessions").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Ending_WhileTheDirectoryIsAway_IsToldWhenItIsBack_AlsoByTheNextProcess()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var phone = await Person.LoginAsync(cell, "amina@example.org");
        var laptop = await Person.LoginAsync(cell, "amina@example.org");
        cell.Directory.IsAway = true;
        await laptop.SendAsync(HttpMethod.Delete, $"/identity/v1/sessions/{phone.Session}", null, HttpStatusCode.NoContent);
        cell.Directory.IsEnded(phone.Grant).ShouldBeFalse();

        await cell.StartAgainAsync();
        cell.Directory.IsAway = false;
        cell.Time.Advance(TimeSpan.FromSeconds(3));

        await IdentityCell.UntilAsync(() => Task.FromResult(cell.Directory.IsEnded(phone.Grant)), "it is told");
        await IdentityCell.UntilAsync(async () => await cell.ScalarAsync<long>("SELECT count(*) FROM identity.endings") == 0, "it is forgotten");
    }

    [Fact]
    public async Task Password_Changed_EndsEveryOtherSession()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var phone = await Person.LoginAsync(cell, "amina@example.org");
        var laptop = await Person.LoginAsync(cell, "amina@example.org");

        await laptop.SendAsync(HttpMethod.Put, "/identity/v1/accounts/me/password", new { current = "not the password", password = "a wholly new one" }, HttpStatusCode.Unauthorized);
        await laptop.SendAsync(HttpMethod.Put, "/identity/v1/accounts/me/password", new { current = Person.Password, password = "a wholly new one" }, HttpStatusCode.NoContent);

        cell.Directory.IsEnded(phone.Grant).ShouldBeTrue();
        cell.Directory.IsEnded(laptop.Grant).ShouldBeFalse();
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Unauthorized);
        await new Person(cell).BeginAsync("amina@example.org", "a wholly new one");
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 30)]
    [InlineData(6, 60)]
    [InlineData(9, 480)]
    [InlineData(10, 900)]
    [InlineData(1_000_000, 900)]
    public void Pause_OfFailures_DoublesUpToTheLongest(int failures, int seconds) =>
        LoginPause.Of(failures, 5, TimeSpan.FromMinutes(15)).ShouldBe(TimeSpan.FromSeconds(seconds));
}
