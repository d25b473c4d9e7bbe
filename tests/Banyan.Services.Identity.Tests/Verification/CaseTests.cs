using System.Net;
using System.Net.Http.Headers;

namespace Banyan.Services.Identity.Tests.Verification;

public class CaseTests
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3];

    [Fact]
    public async Task Case_OfLevelTwo_NeedsOneOfficer_AndTheNextTokenSaysSo()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (amina, one, _) = await PeopleAsync(cell);
        var id = await OpenAsync(amina, 2, "Amina Wanjiru");
        await amina.SendAsync(HttpMethod.Post, "/identity/v1/cases", Details(3, "Amina Wanjiru"), HttpStatusCode.Conflict);
        var document = await AddAsync(cell, amina, id, Png);

        var file = await one.GetAsync($"/identity/v1/case-files/{id}");
        file.GetProperty("details").GetProperty("name").GetString().ShouldBe("Amina Wanjiru");
        file.GetProperty("hits").GetArrayLength().ShouldBe(0);
        file.GetProperty("approvals_needed").GetInt32().ShouldBe(1);
        using (var shown = await SendAsync(cell, one, HttpMethod.Get, $"/identity/v1/case-files/{id}/documents/{document}"))
        {
            (await shown.Content.ReadAsByteArrayAsync()).ShouldBe(Png);
            shown.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        }

        (await DecideAsync(one, id, "approve", HttpStatusCode.OK)).ShouldBe("approved");

        await DecideAsync(one, id, "decline", HttpStatusCode.Conflict);
        (await Person.LoginAsync(cell, "amina@example.org")).Claims.GetProperty("verification").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Case_OfLevelThree_NeedsTwoDifferentOfficers()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (amina, one, other) = await PeopleAsync(cell);
        var id = await OpenAsync(amina, 3, "Amina Wanjiru");

        (await DecideAsync(one, id, "approve", HttpStatusCode.OK)).ShouldBe("open");
        await DecideAsync(one, id, "approve", HttpStatusCode.Conflict);
        (await cell.ScalarAsync<short>($"SELECT verification FROM identity.accounts WHERE subject = '{amina.Subject}'")).ShouldBe((short)1);
        (await DecideAsync(other, id, "approve", HttpStatusCode.OK)).ShouldBe("approved");

        (await cell.ScalarAsync<short>($"SELECT verification FROM identity.accounts WHERE subject = '{amina.Subject}'")).ShouldBe((short)3);
    }

    [Fact]
    public async Task Case_OfSomebodyLikeTheWatchList_NeedsTwoOfficers_AndSaysNothingOfItToThePerson()
    {
        var list = Path.GetTempFileName();
        await File.WriteAllTextAsync(list, "# people\nBadru Okonkwo;UN-17\nAmina WANJIRÚ;KE-4\n");
        await using var cell = await IdentityCell.StartAsync(("identity:watch_list", list));
        var (amina, one, other) = await PeopleAsync(cell);

        var id = await OpenAsync(amina, 2, "Wanjiru Aminah");

        (await amina.GetAsync($"/identity/v1/cases/{id}")).GetRawText().ShouldNotContain("hit");
        var file = await one.GetAsync($"/identity/v1/case-files/{id}");
        file.GetProperty("hits").EnumerateArray().Select(h => h.GetProperty("reference").GetString()).ShouldBe(["KE-4"]);
        (await DecideAsync(one, id, "approve", HttpStatusCode.OK)).ShouldBe("open");
        (await DecideAsync(other, id, "decline", HttpStatusCode.OK)).ShouldBe("declined");
        (await cell.ScalarAsync<short>($"SELECT verification FROM identity.accounts WHERE subject = '{amina.Subject}'")).ShouldBe((short)1);
        File.Delete(list);
    }

    [Fact]
    public async Task Case_OfAnother_IsNotFound_AndNobodyDecidesOnThemselves()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (amina, one, _) = await PeopleAsync(cell);
        await cell.RegisterAsync("badru@example.org");
        var badru = await Person.LoginAsync(cell, "badru@example.org");
        var id = await OpenAsync(amina, 2, "Amina Wanjiru");

        await badru.GetAsync($"/identity/v1/cases/{id}", HttpStatusCode.NotFound);
        await badru.SendAsync(HttpMethod.Delete, $"/identity/v1/cases/{id}", null, HttpStatusCode.NotFound);
        using (var added = await SendAsync(cell, badru, HttpMethod.Post, $"/identity/v1/cases/{id}/documents?kind=passport", Png))
            added.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var own = await OpenAsync(one, 2, "Olga Officer");
        await DecideAsync(one, own, "approve", HttpStatusCode.Conflict);
        await amina.SendAsync(HttpMethod.Delete, $"/identity/v1/cases/{id}", null, HttpStatusCode.NoContent);
        await DecideAsync(one, id, "approve", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Document_OfAnotherKindThanItSays_IsRefused()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (amina, _, _) = await PeopleAsync(cell);
        var id = await OpenAsync(amina, 2, "Amina Wanjiru");
        using var html = await SendAsync(cell, amina, HttpMethod.Post, $"/identity/v1/cases/{id}/documents?kind=passport", "<html>"u8.ToArray());
        html.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var kind = await SendAsync(cell, amina, HttpMethod.Post, $"/identity/v1/cases/{id}/documents?kind=diary", Png);
        kind.StatusCode.ShouldBe(HttpStatusCode.BadRequest); // by the gateway: a parameter's words are described
        using var large = await SendAsync(cell, amina, HttpMethod.Post, $"/identity/v1/cases/{id}/documents?kind=passport", [.. Png, .. new byte[2 << 20]]);
        large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Look_OfTheStaff_NeedsAPurposeAndIsInTheJournal()
    {
        await using var cell = await IdentityCell.StartAsync();
        var (amina, one, _) = await PeopleAsync(cell);
        var id = await OpenAsync(amina, 2, "Amina Wanjiru");
        using var silent = new HttpRequestMessage(HttpMethod.Get, $"/identity/v1/case-files/{id}") { Headers = { Authorization = new("Bearer", one.Access) } };
        using var refused = await cell.Client.SendAsync(silent);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await one.GetAsync($"/identity/v1/case-files/{id}");

        await IdentityCell.UntilAsync(
            async () => await cell.ScalarAsync<long>($"SELECT count(*) FROM journal.entry WHERE topic = 'personal.access' AND subject = '{amina.Subject}' AND data LIKE '%{one.Subject}%'") == 1, "the look is in the journal");
    }

    [Fact]
    public async Task Rule_IsPublished()
    {
        await using var cell = await IdentityCell.StartAsync();
        var rule = (await cell.GetAsync("/identity/v1/verification/rule")).GetProperty("rules")[0];
        rule.GetProperty("above").GetInt32().ShouldBe(10_000);
        rule.GetProperty("currency").GetString().ShouldBe("USD");
        rule.GetProperty("level").GetInt32().ShouldBe(2);
    }

    private static async Task<(Person Amina, Person One, Person Other)> PeopleAsync(IdentityCell cell)
    {
        await cell.RegisterAsync("amina@example.org");
        var root = await cell.AdministratorAsync();
        return (await Person.LoginAsync(cell, "amina@example.org"), await cell.StaffAsync(root, "one@kai.example", "identity-officer"), await cell.StaffAsync(root, "other@kai.example", "identity-officer"));
    }

    private static object Details(int level, string name) => new { level, name, born = "1990-12-31", country = "KE" };

    private static async Task<Guid> OpenAsync(Person person, int level, string name) => (await person.SendAsync(HttpMethod.Post, "/identity/v1/cases", Details(level, name), HttpStatusCode.Created)).GetProperty("id").GetGuid();

    private static async Task<string?> DecideAsync(Person officer, Guid id, string verdict, HttpStatusCode expected)
    {
        var answer = await officer.SendAsync(HttpMethod.Post, $"/identity/v1/case-files/{id}/decisions", new { verdict, reason = "Seen the passport." }, expected);
        return answer.TryGetProperty("state", out var state) ? state.GetString() : null;
    }

    private static async Task<Guid> AddAsync(IdentityCell cell, Person person, Guid id, byte[] bytes)
    {
        using var response = await SendAsync(cell, person, HttpMethod.Post, $"/identity/v1/cases/{id}/documents?kind=passport", bytes);
        return (await IdentityCell.ReadAsync(response, HttpStatusCode.Created)).GetProperty("id").GetGuid();
    }

    private static async Task<HttpResponseMessage> SendAsync(IdentityCell cell, Person person, HttpMethod method, string path, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", person.Access) } };
        request.Headers.Add("Banyan-Purpose", "test");
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        return await cell.Client.SendAsync(request);
    }
}
