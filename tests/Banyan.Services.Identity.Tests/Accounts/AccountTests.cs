using System.Net;
using System.Net.Http.Json;
using Banyan.Services.Identity.Accounts;

namespace Banyan.Services.Identity.Tests.Accounts;

public class AccountTests
{
    [Fact]
    public async Task Register_AddressThatIsTaken_AnswersTheSame_TellsItsOwner_AndNoCodeConfirms()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");

        var taken = await cell.PostAsync("/identity/v1/registrations", new { identifier = "amina@example.org", password = "another password" }, HttpStatusCode.Accepted);
        var free = await cell.PostAsync("/identity/v1/registrations", new { identifier = "badru@example.org", password = "another password" }, HttpStatusCode.Accepted);

        taken.EnumerateObject().Select(p => p.Name).ShouldBe(free.EnumerateObject().Select(p => p.Name));
        var messages = await cell.MessagesAsync();
        messages.Last(m => m.To == "amina@example.org").Text.ShouldContain("has an account already");
        messages.Last(m => m.To == "badru@example.org").Text.ShouldContain("your code to register");
        var code = await cell.CodeSentToAsync("badru@example.org");
        await cell.PostAsync("/identity/v1/registrations/confirm", new { confirmation = taken.GetProperty("confirmation").GetString(), code }, HttpStatusCode.UnprocessableEntity);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.accounts")).ShouldBe(1);
    }

    [Fact]
    public async Task Confirm_FiveWrongCodes_MakeTheRightOneWorthless()
    {
        await using var cell = await IdentityCell.StartAsync();
        var confirmation = (await cell.PostAsync("/identity/v1/registrations", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Accepted)).GetProperty("confirmation").GetString();
        var code = await cell.CodeSentToAsync("amina@example.org");
        for (var i = 0; i < 5; i++)
            await cell.PostAsync("/identity/v1/registrations/confirm", new { confirmation, code = code == "00000000" ? "00000001" : "00000000" }, HttpStatusCode.UnprocessableEntity);
        await cell.PostAsync("/identity/v1/registrations/confirm", new { confirmation, code }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Confirm_AfterAnHour_IsRefused_AndHousekeepingLeavesNothing()
    {
        await using var cell = await IdentityCell.StartAsync();
        var confirmation = (await cell.PostAsync("/identity/v1/registrations", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Accepted)).GetProperty("confirmation").GetString();
        var code = await cell.CodeSentToAsync("amina@example.org");
        cell.Time.Advance(TimeSpan.FromMinutes(61));
        await cell.PostAsync("/identity/v1/registrations/confirm", new { confirmation, code }, HttpStatusCode.UnprocessableEntity);
        await IdentityCell.UntilAsync(async () => await cell.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.confirmations) + (SELECT count(*) FROM identity.messages)") == 0, "what is over is gone");
    }

    [Fact]
    public async Task Register_AgainAndAgain_SendsFiveMessagesAnHour()
    {
        await using var cell = await IdentityCell.StartAsync();
        for (var i = 0; i < 7; i++)
            await cell.PostAsync("/identity/v1/registrations", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Accepted);
        (await cell.MessagesAsync()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Reset_WithTheCode_SetsThePasswordAndEndsSessions_OfNobodySaysTheSame()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("+254700000001");
        var amina = await Person.LoginAsync(cell, "+254700000001");
        var known = await cell.PostAsync("/identity/v1/resets", new { identifier = "+254700000001" }, HttpStatusCode.Accepted);
        var unknown = await cell.PostAsync("/identity/v1/resets", new { identifier = "+254700000002" }, HttpStatusCode.Accepted);
        unknown.EnumerateObject().Select(p => p.Name).ShouldBe(known.EnumerateObject().Select(p => p.Name));
        (await cell.MessagesAsync()).ShouldNotContain(m => m.To == "+254700000002");

        var code = await cell.CodeSentToAsync("+254700000001");
        using var confirmed = await cell.Client.PostAsJsonAsync("/identity/v1/resets/confirm", new { confirmation = known.GetProperty("confirmation").GetString(), code, password = "a wholly new one" });

        confirmed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        cell.Directory.IsEnded(amina.Grant).ShouldBeTrue();
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "+254700000001", password = Person.Password }, HttpStatusCode.Unauthorized);
        await new Person(cell).BeginAsync("+254700000001", "a wholly new one");
    }

    [Fact]
    public async Task Invitation_OfTheFirstAdministrator_IsTakenOnce()
    {
        await using var cell = await IdentityCell.StartAsync();
        var accept = new { token = IdentityCell.Invitation, identifier = "root@kai.example", password = Person.Password };
        await cell.PostAsync("/identity/v1/invitations/accept", accept with { token = "east.wrong" }, HttpStatusCode.UnprocessableEntity);

        var root = await cell.AdministratorAsync();
        await cell.StartAgainAsync();

        root.Claims.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["administrator"]);
        root.Claims.GetProperty("kind").GetString().ShouldBe("staff");
        await cell.PostAsync("/identity/v1/invitations/accept", accept with { identifier = "other@kai.example" }, HttpStatusCode.UnprocessableEntity);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.accounts")).ShouldBe(1);
    }

    [Fact]
    public async Task Invitation_AcceptedByManyAtOnce_MakesOneAccount()
    {
        await using var cell = await IdentityCell.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var response = await cell.Client.PostAsJsonAsync("/identity/v1/invitations/accept", new { token = IdentityCell.Invitation, identifier = $"root{i}@kai.example", password = Person.Password });
            return response.StatusCode;
        }));
        answers.Count(a => a == HttpStatusCode.Created).ShouldBe(1);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.accounts")).ShouldBe(1);
    }

    [Fact]
    public async Task Roles_GivenByAnAdministrator_EndTokensAndComeWithTheNext()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var officer = await cell.StaffAsync(root, "officer@kai.example", "auditor");
        await root.SendAsync(HttpMethod.Patch, $"/identity/v1/accounts/{officer.Subject}", new { roles = new[] { "disaster-officer" } }, HttpStatusCode.NoContent);

        cell.Directory.IsEnded(officer.Grant).ShouldBeTrue();
        (await Person.LoginAsync(cell, "officer@kai.example")).Claims.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["disaster-officer"]);
        await root.SendAsync(HttpMethod.Patch, $"/identity/v1/accounts/{root.Subject}", new { roles = new[] { "operator" } }, HttpStatusCode.Conflict);
        var resident = await cell.RegisterAsync("amina@example.org");
        await root.SendAsync(HttpMethod.Patch, $"/identity/v1/accounts/{resident}", new { roles = new[] { "operator" } }, HttpStatusCode.Conflict);
        await root.SendAsync(HttpMethod.Patch, $"/identity/v1/accounts/{resident}", new { state = "disabled" }, HttpStatusCode.NoContent);
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("Amina@Example.ORG ", "email", "amina@example.org")]
    [InlineData("+254 (700) 000-001", "phone", "+254700000001")]
    public void Identifier_Read_IsInOneForm(string text, string kind, string value) => Identifier.TryRead(text).ShouldBe(new Identifier(kind, value));

    [Theory]
    [InlineData("")]
    [InlineData("amina")]
    [InlineData("a@b")]
    [InlineData("a b@example.org")]
    [InlineData("a@example.org\nBcc: x@example.org")]
    [InlineData("a@-example.org")]
    [InlineData("0700000001")]
    [InlineData("+0700000001")]
    [InlineData("+254")]
    public void Identifier_OfWhatIsNone_IsNull(string text) => Identifier.TryRead(text).ShouldBeNull();
}
