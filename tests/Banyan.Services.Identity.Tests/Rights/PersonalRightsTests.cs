using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Cells.Personal;
using Banyan.Cells.Residency;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Services.Identity.Tests.Rights;

/// <summary>A resident's rights from registration on, through the real gateway with the standard policy, over the tables that the service really has.</summary>
public class PersonalRightsTests
{
    private const string Anna = "anna@kai.example";
    private const string Ben = "ben@kai.example";

    [Fact]
    public async Task Export_OfOneself_HasAllThatIsHeldButNoSecret()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync(Anna, name: "Anna Wanjiru");
        var ben = await cell.RegisterAsync(Ben, name: "Ben Otieno");
        var anna = await Person.LoginAsync(cell, Anna);

        var export = await anna.SendAsync(HttpMethod.Post, "/personal/v1/me/exports", null, HttpStatusCode.OK);

        var text = export.ToString();
        text.ShouldContain(Anna);
        text.ShouldContain("Anna Wanjiru");
        text.ShouldNotContain(ben);
        text.ShouldNotContain("Otieno");
        text.ShouldNotContain("argon2", Case.Insensitive);
        text.ShouldNotContain("pbkdf2", Case.Insensitive);
        Rows(export, "identity.accounts").ShouldHaveSingleItem();
        Rows(export, "identity.sessions").ShouldNotBeEmpty();
        Rows(export, "identity.grants").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Delete_OfOneself_LeavesNothingBehindAndNoWayIn()
    {
        await using var cell = await IdentityCell.StartAsync();
        var subject = await cell.RegisterAsync(Anna, name: "Anna Wanjiru");
        await cell.RegisterAsync(Ben);
        var anna = await Person.LoginAsync(cell, Anna);
        var vault = cell.Services.GetRequiredService<IKeyVault>();
        var fingerprints = await FingerprintsAsync(cell, subject);
        fingerprints.ShouldNotBeEmpty();

        await anna.SendAsync(HttpMethod.Post, "/personal/v1/me/deletions", new { confirm = subject }, HttpStatusCode.Accepted);

        var left = new List<string>();
        foreach (var table in cell.Services.GetRequiredService<DataCatalog>().Tables.Where(static t => t.Table.Rows?.Kept is null).Select(static t => t.Table.Name))
        {
            foreach (var needle in fingerprints.Append(subject).Append(Anna).Append("Wanjiru"))
            {
                if (await cell.ScalarAsync<long>($"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{needle}%'") > 0)
                    left.Add($"{table}: {needle}");
            }
        }

        left.ShouldBeEmpty();
        await Should.ThrowAsync<SubjectShreddedException>(async () => await vault.ProtectAsync(subject, "identity.accounts.name", new byte[1], CancellationToken.None));
        await cell.FormAsync("/identity/oauth/token", HttpStatusCode.BadRequest, null, ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", anna.Refresh!));
        using var login = await cell.Client.PostAsJsonAsync("/identity/v1/sessions", new { identifier = Anna, password = Person.Password });
        login.IsSuccessStatusCode.ShouldBeFalse();
        (await Person.LoginAsync(cell, Ben)).Subject.ShouldNotBeNullOrEmpty(); // others are as they were
        (await cell.RegisterAsync(Anna)).ShouldNotBe(subject); // the same address is another person's now
    }

    [Fact]
    public async Task Correct_OnesName_IsWhatTheServiceTells()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync(Anna, name: "Anna Wanjiru");
        var anna = await Person.LoginAsync(cell, Anna);
        var field = cell.Services.GetRequiredService<DataCatalog>().Tables.Single(static t => t.Table.Name == "identity.accounts").Table.Rows!.Correctable.ShouldHaveSingleItem().Name;

        await anna.SendAsync(HttpMethod.Post, "/personal/v1/me/corrections", new { field, value = "Anne Wanjiru" }, HttpStatusCode.OK);

        (await anna.GetAsync("/identity/oauth/userinfo")).GetProperty("name").GetString().ShouldBe("Anne Wanjiru");
    }

    [Fact]
    public async Task Subjects_OfOthers_AreForTheDataProtectionOfficerAloneWhoIsSeen()
    {
        await using var cell = await IdentityCell.StartAsync();
        var subject = await cell.RegisterAsync(Anna, name: "Anna Wanjiru");
        await cell.RegisterAsync(Ben);
        var administrator = await cell.AdministratorAsync();
        var officer = await cell.StaffAsync(administrator, "officer@kai.example", "data-protection-officer");
        var auditor = await cell.StaffAsync(administrator, "auditor@kai.example", "auditor");
        var anna = await Person.LoginAsync(cell, Anna);
        var ben = await Person.LoginAsync(cell, Ben);
        var path = $"/personal/v1/subjects/{subject}/exports";

        await ben.SendAsync(HttpMethod.Post, path, null, HttpStatusCode.Forbidden);
        await auditor.SendAsync(HttpMethod.Post, path, null, HttpStatusCode.Forbidden);
        await ben.SendAsync(HttpMethod.Post, $"/personal/v1/subjects/{subject}/deletions", new { confirm = subject }, HttpStatusCode.Forbidden);
        using (var unknown = await cell.Client.PostAsync(path, null))
            unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var export = await officer.SendAsync(HttpMethod.Post, path, null, HttpStatusCode.OK);

        export.ToString().ShouldContain("Anna Wanjiru");
        var looks = (await anna.GetAsync("/personal/v1/me/accesses")).GetProperty("accesses").EnumerateArray().Select(static a => (a.GetProperty("by").GetString(), a.GetProperty("action").GetString())).ToList();
        looks.ShouldContain((officer.Subject, "personal.subjects.export"));
        looks.ShouldNotContain(l => l.Item1 == ben.Subject || l.Item1 == auditor.Subject);
    }

    private static List<JsonElement> Rows(JsonElement export, string table) =>
        [.. export.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("table").GetString() == table).GetProperty("rows").EnumerateArray()];

    /// <summary>What the person's addresses are found by, as rows show it.</summary>
    private static async Task<List<string>> FingerprintsAsync(IdentityCell cell, string subject)
    {
        await using var command = cell.Database.CreateCommand("SELECT encode(fingerprint, 'hex') FROM identity.identifiers WHERE subject = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }
}
