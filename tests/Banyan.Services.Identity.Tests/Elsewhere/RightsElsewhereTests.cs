using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Banyan.Services.Identity.Tests.Elsewhere;

/// <summary>What is held of a person in partitions that are not its home.</summary>
public class RightsElsewhereTests
{
    private const string Amina = "amina@example.org";

    [Fact]
    public async Task Delete_AtARegionThatIsNotTheHome_ReachesEveryPartition_AndEndsTheTokens()
    {
        await using var platform = await TwoRegions.StartAsync();
        var subject = await platform.East.RegisterAsync(Amina);
        var amina = await Person.LoginAsync(platform.West, Amina);
        await LookAtAsync(platform.West, subject);
        await platform.West.GetAsync("/health/ready");

        await amina.SendAsync(HttpMethod.Post, "/personal/v1/me/deletions", new { confirm = subject }, HttpStatusCode.Accepted);

        // Tokens that were given before are refused in both regions, long before they expire.
        foreach (var region in (IdentityCell[])[platform.East, platform.West])
            await IdentityCell.UntilAsync(async () => await StatusAsync(region, amina.Access) == HttpStatusCode.Unauthorized, $"{region.Partition} refuses the token");
        await platform.West.PostAsync("/identity/v1/sessions", new { identifier = Amina, password = Person.Password }, HttpStatusCode.Unauthorized);

        // Nothing is left in the other partition, no key can be made there, and its receipt is in the home's.
        await IdentityCell.UntilAsync(async () => await platform.East.ScalarAsync<string>("SELECT state FROM personal.request WHERE kind = 'deletion'") == "done", "the deletion is done");
        (await platform.West.ScalarAsync<long>("SELECT count(*) FROM personal.access")).ShouldBe(0);
        (await platform.West.ScalarAsync<bool>($"SELECT shredded_at IS NOT NULL FROM personal.key WHERE name = '{subject}'")).ShouldBeTrue();
        (await platform.West.ScalarAsync<string>($"SELECT state FROM personal.request WHERE subject = '{subject}'")).ShouldBe("done");
        await IdentityCell.UntilAsync(async () => await platform.East.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE type = 'banyan.personal.deleted-everywhere.v1'") == 1, "the journal says so");
        var said = JsonDocument.Parse(await platform.East.ScalarAsync<string>("SELECT data FROM journal.entry WHERE type = 'banyan.personal.deleted-everywhere.v1'")).RootElement;
        var receipt = said.GetProperty("receipts").GetProperty("west").GetGuid();
        (await platform.West.ScalarAsync<string>($"SELECT type FROM journal.entry WHERE id = '{receipt}'")).ShouldBe("banyan.personal.deleted.v1");
    }

    [Fact]
    public async Task Delete_WhileAnotherRegionIsAway_WaitsForItByName_AndIsDoneWhenItIsBack()
    {
        await using var platform = await TwoRegions.StartAsync();
        var subject = await platform.East.RegisterAsync(Amina);
        var officer = await platform.East.StaffAsync(await platform.East.AdministratorAsync(), "dpo@kai.example", "data-protection-officer");
        var amina = await Person.LoginAsync(platform.East, Amina);
        await LookAtAsync(platform.West, subject);
        await platform.West.StopAsync();

        await amina.SendAsync(HttpMethod.Post, "/personal/v1/me/deletions", new { confirm = subject }, HttpStatusCode.Accepted);
        await IdentityCell.UntilAsync(async () => (await platform.East.GetAsync("/health/ready")).GetRawText().Contains("deletions of persons wait for west, which does not answer", StringComparison.Ordinal), "the finding names west");
        var open = (await officer.GetAsync("/personal/v1/requests")).GetProperty("requests").EnumerateArray().Single();
        open.GetProperty("state").GetString().ShouldBe("spreading");
        open.GetProperty("waits_for").EnumerateArray().Select(p => p.GetString()).ShouldBe(["west"]);

        await platform.West.StartAgainAsync();
        await IdentityCell.UntilAsync(async () => await platform.East.ScalarAsync<string>("SELECT state FROM personal.request WHERE kind = 'deletion'") == "done", "the deletion is done");
        (await platform.West.ScalarAsync<long>("SELECT count(*) FROM personal.access")).ShouldBe(0);
    }

    [Fact]
    public async Task Export_HasWhatOtherPartitionsHold_AndNamesThoseThatAreAway()
    {
        await using var platform = await TwoRegions.StartAsync();
        var subject = await platform.East.RegisterAsync(Amina, name: "Amina");
        var amina = await Person.LoginAsync(platform.West, Amina);
        await LookAtAsync(platform.West, subject);

        var export = await amina.SendAsync(HttpMethod.Post, "/personal/v1/me/exports", null, HttpStatusCode.OK); // at west
        export.GetProperty("partition").GetString().ShouldBe("east");
        Rows(export, "identity.accounts").ShouldBe(1);
        var elsewhere = export.GetProperty("elsewhere").EnumerateArray().Single();
        elsewhere.GetProperty("partition").GetString().ShouldBe("west");
        Rows(elsewhere.GetProperty("document"), "personal.access").ShouldBe(1);
        elsewhere.GetProperty("document").TryGetProperty("elsewhere", out _).ShouldBeFalse();

        await platform.West.StopAsync();
        var home = new Person(platform.East);
        await home.BeginAsync(Amina);
        await home.LetInAsync("openid *");
        var without = await home.SendAsync(HttpMethod.Post, "/personal/v1/me/exports", null, HttpStatusCode.OK);
        without.GetProperty("elsewhere").EnumerateArray().Single().GetProperty("missing").GetString().ShouldBe("It does not answer: ask again.");
    }

    [Fact]
    public async Task Cell_ThatTellsOfADeletionNobodyAskedFor_DeletesNothing()
    {
        await using var platform = await TwoRegions.StartAsync();
        var subject = await platform.East.RegisterAsync(Amina);
        var amina = await Person.LoginAsync(platform.East, Amina);
        await LookAtAsync(platform.West, subject);
        await amina.SendAsync(HttpMethod.Post, "/personal/v1/me/exports", null, HttpStatusCode.OK);
        var export = await platform.East.ScalarAsync<Guid>("SELECT id FROM personal.request");

        using var cell = TwoRegions.AsCell(platform.West);
        foreach (var (request, home) in ((Guid, string)[])[(Guid.NewGuid(), "east"), (export, "east"), (export, "west"), (export, "atlantis")])
        {
            using var answer = await cell.PostAsJsonAsync("/cell/v1/personal/deletions", new { request, home });
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, $"{request} {home}");
        }

        using var stranger = await platform.West.Client.PostAsJsonAsync("/cell/v1/personal/deletions", new { request = export, home = "east" });
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await platform.West.ScalarAsync<long>("SELECT count(*) FROM personal.access")).ShouldBe(1);
    }

    [Fact]
    public async Task Client_ThatWasRemoved_HasNoTokensOfItsOwnAnyMore()
    {
        await using var platform = await TwoRegions.StartAsync();
        var administrator = await platform.East.AdministratorAsync();
        var client = await administrator.SendAsync(
            HttpMethod.Post, "/identity/v1/clients", new { name = "Station", confidential = true, scopes = new[] { "identity.account.read" }, grant_types = new[] { "client_credentials" }, roles = new[] { "sensor" } }, HttpStatusCode.Created);
        var (id, secret) = (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
        await IdentityCell.UntilAsync(() => Task.FromResult(platform.West.Directory.FindClient(id) is not null), "the directory knows the client");
        var token = (await platform.East.FormAsync("/identity/oauth/token", HttpStatusCode.OK, (id, secret), ("grant_type", "client_credentials"))).GetProperty("access_token").GetString()!;
        (await StatusAsync(platform.West, token)).ShouldBe(HttpStatusCode.Forbidden); // known, and may not

        await administrator.SendAsync(HttpMethod.Delete, $"/identity/v1/clients/{id}", null, HttpStatusCode.NoContent);
        await IdentityCell.UntilAsync(async () => await StatusAsync(platform.West, token) == HttpStatusCode.Unauthorized, "the token is refused");
    }

    /// <summary>As if somebody had looked at the person's data there.</summary>
    private static async Task LookAtAsync(IdentityCell cell, string subject)
    {
        await using var command = cell.Database.CreateCommand($"INSERT INTO personal.access (id, subject, looked_at, by_kind, by, action, purpose) VALUES (gen_random_uuid(), '{subject}', now(), 'staff', 'west.clerk', 'x', 'y')");
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<HttpStatusCode> StatusAsync(IdentityCell cell, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/identity/v1/sessions") { Headers = { Authorization = new("Bearer", token) } };
        using var response = await cell.Client.SendAsync(request);
        return response.StatusCode;
    }

    private static int Rows(JsonElement export, string table) => export.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("table").GetString() == table).GetProperty("rows").GetArrayLength();
}
