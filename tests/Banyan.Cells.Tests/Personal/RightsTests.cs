using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Hosting;
using Banyan.Cells.Personal;
using Banyan.Cells.Personal.Rights;
using Banyan.Journal;
using Banyan.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Tests.Personal;

public sealed class RightsTests : IDisposable
{
    private const string Anna = "north.AAAAAAAAAAAAAAAAAAAAAA";
    private const string Ben = "north.BBBBBBBBBBBBBBBBBBBBBB";
    private const string Clerk = "north.CCCCCCCCCCCCCCCCCCCCCC";
    private readonly TestKeys _keys = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Export_OfOneself_IsAllThatIsHeldAndNothingOfOthers()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        await PeopleService.AddAsync(cell, Ben, "Ben Otieno", Stop);
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);
        await Eventually.HoldsAsync(async () => await cell.App.Services.GetRequiredService<IJournal>().GetHeadAsync(Stop) == 2, "the persons' entries have their positions");

        using var answer = await anna.PostAsync("/personal/v1/me/exports", null, Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        var export = JsonDocument.Parse(text).RootElement;
        export.GetProperty("format").GetString().ShouldBe("banyan-personal-export/1");
        export.GetProperty("subject").GetString().ShouldBe(Anna);
        var person = Rows(export, "people.person").ShouldHaveSingleItem();
        person.GetProperty("name").GetString().ShouldBe("Anna Wanjiru");
        person.GetProperty("photo").GetString().ShouldBe("AQID");
        person.GetProperty("born").GetString().ShouldBe("1990-02-03");
        person.TryGetProperty("password_hash", out _).ShouldBeFalse();
        Table(export, "people.person").GetProperty("withheld").GetProperty("password_hash").GetString().ShouldNotBeNullOrEmpty();
        Rows(export, "people.visit").Select(static v => v.GetProperty("place").GetString()).ShouldBe(["library", "harbour"]);
        Rows(export, "journal.entry").Select(static e => e.GetProperty("type").GetString()).ShouldContain("people.person.added.v1");
        text.ShouldNotContain("hash-of-a-password");
        text.ShouldNotContain(Ben);
        text.ShouldNotContain("Otieno");
        var receipt = answer.Headers.GetValues("Banyan-Receipt").Single();
        await Eventually.HoldsAsync(async () => (await anna.GetAsync($"/journal/v1/receipts/{receipt}", Stop)).IsSuccessStatusCode, "the export's receipt resolves");
    }

    [Fact]
    public async Task Export_EveryStatedTableOfPersons_IsInIt()
    {
        await using var cell = await StartAsync();
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        var export = JsonDocument.Parse(await (await anna.PostAsync("/personal/v1/me/exports", null, Stop)).Content.ReadAsStringAsync(Stop)).RootElement;

        export.GetProperty("tables").EnumerateArray().Select(static t => t.GetProperty("table").GetString()).ShouldBe(
            ["personal.access", "personal.elsewhere", "personal.request", "personal.key", "people.visit", "people.person", "journal.entry", "journal.inbox", "journal.stranded", "journal.idempotency"], ignoreOrder: true);
    }

    [Fact]
    public async Task Delete_OfOneself_LeavesNoRowAndNoKey()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        await PeopleService.AddAsync(cell, Ben, "Ben Otieno", Stop);
        var sealedName = await BytesAsync(cell, $"SELECT name FROM people.person WHERE subject = '{Anna}'");
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        using var answer = await anna.PostAsJsonAsync("/personal/v1/me/deletions", new { confirm = Anna }, Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Stop));
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("deleted").GetRawText().ShouldBe("""{"people.visit":2,"people.person":1}""");
        (await CountAsync(cell, $"SELECT (SELECT count(*) FROM people.person WHERE subject = '{Anna}') + (SELECT count(*) FROM people.visit WHERE person = '{Anna}')")).ShouldBe(0);
        (await CountAsync(cell, "SELECT (SELECT count(*) FROM people.person) + (SELECT count(*) FROM people.visit)")).ShouldBe(3);
        (await cell.App.Services.GetRequiredService<IKeyVault>().RevealAsync(Anna, "people.person.name", sealedName, Stop)).ShouldBeNull();
        await Eventually.HoldsAsync(async () => await CountAsync(cell, "SELECT count(*) FROM personal.request WHERE kind = 'deletion' AND state = 'done'") == 1, "the deletion is done, for there is no standby");
        await Eventually.HoldsAsync(async () => (await TypesAsync(cell)).Contains(PersonalTopics.DeletedEverywhere), "the journal says that it is done everywhere");
        (await TypesAsync(cell)).ShouldBe(["people.person.added.v1", "people.person.added.v1", PersonalTopics.KeyShredded, PersonalTopics.Deleted, PersonalTopics.DeletedEverywhere]);
    }

    [Fact]
    public async Task Delete_WithoutSayingWhom_DeletesNothing()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        foreach (var body in new object[] { new { }, new { confirm = Ben }, new { confirm = true } })
            (await anna.PostAsJsonAsync("/personal/v1/me/deletions", body, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        (await CountAsync(cell, "SELECT count(*) FROM people.person")).ShouldBe(1);
    }

    [Fact]
    public async Task Delete_RepeatedWithItsKey_IsDoneOnce()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);
        anna.DefaultRequestHeaders.Add("Idempotency-Key", "\"once\"");

        var first = await (await anna.PostAsJsonAsync("/personal/v1/me/deletions", new { confirm = Anna }, Stop)).Content.ReadAsStringAsync(Stop);
        var second = await (await anna.PostAsJsonAsync("/personal/v1/me/deletions", new { confirm = Anna }, Stop)).Content.ReadAsStringAsync(Stop);

        second.ShouldBe(first);
        (await CountAsync(cell, "SELECT count(*) FROM personal.request")).ShouldBe(1);
    }

    [Fact]
    public async Task Correct_SealedAndPlainValues_ChangesOnesOwn()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        await PeopleService.AddAsync(cell, Ben, "Ben Otieno", Stop);
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        (await anna.PostAsJsonAsync("/personal/v1/me/corrections", new { field = "people.name", value = "Anne Wanjiru" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await anna.PostAsJsonAsync("/personal/v1/me/corrections", new { field = "people.nickname", value = "Annie" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var export = JsonDocument.Parse(await (await anna.PostAsync("/personal/v1/me/exports", null, Stop)).Content.ReadAsStringAsync(Stop)).RootElement;
        var person = Rows(export, "people.person").ShouldHaveSingleItem();
        (person.GetProperty("name").GetString(), person.GetProperty("nickname").GetString()).ShouldBe(("Anne Wanjiru", "Annie"));
        (await CountAsync(cell, "SELECT count(*) FROM people.person WHERE nickname = 'Annie'")).ShouldBe(1);
        (await DataAsync(cell)).ShouldNotContain("Anne");
    }

    [Theory]
    [InlineData("""{"field":"people.password","value":"x"}""", HttpStatusCode.NotFound)]
    [InlineData("""{"field":"people.nickname","value":"a nickname of more than twenty"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"field":"people.nickname"}""", HttpStatusCode.BadRequest)]
    [InlineData("""["Anna Wanjiru"]""", HttpStatusCode.BadRequest)]
    [InlineData("""{"field":"people.nickname","value":"Anna"}""", HttpStatusCode.NotFound)]
    public async Task Correct_WhatCantBe_IsRefused(string body, HttpStatusCode status)
    {
        await using var cell = await StartAsync();
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        using var answer = await anna.PostAsync("/personal/v1/me/corrections", new StringContent(body, Encoding.UTF8, "application/json"), Stop);

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldNotContain("Wanjiru");
    }

    [Theory]
    [InlineData(CallerKind.Anonymous, "", HttpStatusCode.Unauthorized)]
    [InlineData(CallerKind.Resident, Anna, HttpStatusCode.Forbidden)]
    [InlineData(CallerKind.Resident, Ben, HttpStatusCode.Forbidden)]
    [InlineData(CallerKind.Platform, "platform", HttpStatusCode.Forbidden)]
    public async Task Subjects_AskedByOthersThanStaff_IsRefused(CallerKind kind, string subject, HttpStatusCode status)
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var client = TestCallers.Client(cell, kind, subject, purpose: "support");

        foreach (var path in new[] { "exports", "corrections", "deletions", "requests" })
            (await client.PostAsJsonAsync($"/personal/v1/subjects/{Anna}/{path}", new { confirm = Anna, field = "people.nickname", value = "x", kind = "export" }, Stop)).StatusCode.ShouldBe(status, path);

        (await CountAsync(cell, "SELECT count(*) FROM people.person")).ShouldBe(1);
        (await CountAsync(cell, "SELECT count(*) FROM personal.request")).ShouldBe(0);
    }

    [Theory]
    [InlineData(CallerKind.Anonymous, "", HttpStatusCode.Unauthorized)]
    [InlineData(CallerKind.Machine, "north.M", HttpStatusCode.Forbidden)]
    public async Task Me_AskedByNoPerson_IsRefused(CallerKind kind, string subject, HttpStatusCode status)
    {
        await using var cell = await StartAsync();
        using var client = TestCallers.Client(cell, kind, subject);

        (await client.GetAsync("/personal/v1/me/requests", Stop)).StatusCode.ShouldBe(status);
        (await client.PostAsync("/personal/v1/me/exports", null, Stop)).StatusCode.ShouldBe(status);
        (await client.GetAsync("/personal/v1/me/accesses", Stop)).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task Subjects_StaffOfAnotherJurisdiction_IsRefusedAtTheSource()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var abroad = TestCallers.Client(cell, CallerKind.Staff, "south.S", home: "south", purpose: "support");
        using var neighbour = TestCallers.Client(cell, CallerKind.Staff, "east.S", home: "east", purpose: "support");

        using var refused = await abroad.PostAsync($"/personal/v1/subjects/{Anna}/exports", null, Stop);
        using var given = await neighbour.PostAsync($"/personal/v1/subjects/{Anna}/exports", null, Stop);

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync(Stop)).ShouldContain("residency-refused");
        given.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await abroad.GetAsync("/personal/v1/requests", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Accesses_StaffLooked_IsSeenByThePersonAndInTheJournalWithoutPersonalData()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var clerk = TestCallers.Client(cell, CallerKind.Staff, Clerk, purpose: "support-case");
        using var machine = TestCallers.Client(cell, CallerKind.Machine, "north.M", purpose: "billing");
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        (await clerk.GetStringAsync($"/people/v1/persons/{Anna}/name", Stop)).ShouldBe("Anna Wanjiru");
        (await machine.GetStringAsync($"/people/v1/persons/{Anna}/name", Stop)).ShouldBe("Anna Wanjiru");
        (await anna.GetStringAsync($"/people/v1/persons/{Anna}/name", Stop)).ShouldBe("Anna Wanjiru");

        var looks = JsonDocument.Parse(await anna.GetStringAsync("/personal/v1/me/accesses", Stop)).RootElement.GetProperty("accesses").EnumerateArray().ToList();
        looks.Select(static l => (l.GetProperty("by_kind").GetString(), l.GetProperty("by").GetString(), l.GetProperty("purpose").GetString())).ShouldBe([("machine", "north.M", "billing"), ("staff", Clerk, "support-case")]);
        looks[0].GetProperty("action").GetString().ShouldBe("GET /people/v1/persons/{subject}/name");
        using var ben = TestCallers.Client(cell, CallerKind.Resident, Ben);
        (await ben.GetStringAsync("/personal/v1/me/accesses", Stop)).ShouldBe("""{"accesses":[]}""");
        await Eventually.HoldsAsync(async () => (await TypesAsync(cell)).Count(static t => t == PersonalTopics.Looked) == 2, "both looks are in the journal");
        (await DataAsync(cell)).ShouldNotContain("Wanjiru");
    }

    [Fact]
    public async Task Reveal_ByStaffWithoutAPurpose_IsRefusedAndNothingIsShown()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        foreach (var purpose in new[] { null, "Because Anna Wanjiru called", "a+b" })
        {
            using var clerk = TestCallers.Client(cell, CallerKind.Staff, Clerk, purpose: purpose);

            using var answer = await clerk.GetAsync($"/people/v1/persons/{Anna}/name", Stop);

            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync(Stop)).ShouldNotContain("Wanjiru");
        }

        (await CountAsync(cell, "SELECT count(*) FROM personal.access")).ShouldBe(0);
    }

    [Fact]
    public async Task Export_ByStaff_IsNotedOnceAndInTheName()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var clerk = TestCallers.Client(cell, CallerKind.Staff, Clerk, purpose: "right-of-access");

        (await clerk.PostAsync($"/personal/v1/subjects/{Anna}/exports", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await CountAsync(cell, $"SELECT count(*) FROM personal.access WHERE subject = '{Anna}' AND by = '{Clerk}' AND action = 'personal.subjects.export' AND purpose = 'right-of-access'")).ShouldBe(1);
        (await CountAsync(cell, "SELECT count(*) FROM personal.access")).ShouldBe(1);
        (await CountAsync(cell, $"SELECT count(*) FROM personal.request WHERE kind = 'export' AND by_kind = 'staff' AND by = '{Clerk}'")).ShouldBe(1);
    }

    [Fact]
    public async Task Requests_AskedAndThenDone_AreClosed()
    {
        await using var cell = await StartAsync();
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);
        using var clerk = TestCallers.Client(cell, CallerKind.Staff, Clerk, purpose: "right-of-access");

        (await anna.PostAsJsonAsync("/personal/v1/me/requests", new { kind = "export", details = "on paper, please, to Anna Wanjiru" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var open = JsonDocument.Parse(await clerk.GetStringAsync("/personal/v1/requests", Stop)).RootElement.GetProperty("requests").EnumerateArray().ToList();
        await clerk.PostAsync($"/personal/v1/subjects/{Anna}/exports", null, Stop);

        open.ShouldHaveSingleItem().GetProperty("subject").GetString().ShouldBe(Anna);
        (open[0].GetProperty("due_at").GetDateTimeOffset() - open[0].GetProperty("asked_at").GetDateTimeOffset()).ShouldBe(TimeSpan.FromDays(30));
        JsonDocument.Parse(await anna.GetStringAsync("/personal/v1/me/requests", Stop)).RootElement.GetProperty("requests").EnumerateArray().Select(static r => r.GetProperty("state").GetString()).ShouldBe(["done", "done"]);
        (await DataAsync(cell)).ShouldNotContain("Wanjiru");
        (await CountAsync(cell, "SELECT count(*) FROM personal.request WHERE position('Wanjiru'::bytea IN details) > 0")).ShouldBe(0);
    }

    [Fact]
    public async Task Requests_MoreThanMayBeOpen_AreRefused()
    {
        await using var cell = await StartAsync();
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);
        for (var i = 0; i < RightsWork.MostOpen; i++)
            (await anna.PostAsJsonAsync("/personal/v1/me/requests", new { kind = "correction" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await anna.PostAsJsonAsync("/personal/v1/me/requests", new { kind = "correction" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Look_PastTheDeadline_SaysSoInTheJournalAndAmongFindingsButStaysReady()
    {
        await using var cell = await StartAsync();
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);
        await anna.PostAsJsonAsync("/personal/v1/me/requests", new { kind = "deletion" }, Stop);
        await CountAsync(cell, "WITH u AS (UPDATE personal.request SET due_at = now() - interval '1 minute' RETURNING 1) SELECT count(*) FROM u");
        var watch = cell.App.Services.GetRequiredService<RightsWatch>();

        await watch.LookAsync(Stop);
        await watch.LookAsync(Stop);

        await Eventually.HoldsAsync(async () => (await TypesAsync(cell)).Contains(PersonalTopics.DeadlineMissed), "the journal says it");
        (await TypesAsync(cell)).Count(static t => t == PersonalTopics.DeadlineMissed).ShouldBe(1);
        using var ready = await cell.Client.GetAsync("/health/ready", Stop);
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ready.Content.ReadAsStringAsync(Stop)).ShouldContain("1 request of a person is past the deadline");
        (await anna.GetStringAsync("/personal/v1/me/requests", Stop)).ShouldContain("missed_at");
    }

    [Fact]
    public async Task Deadline_OfTheBlueprint_Counts()
    {
        await using var cell = await StartAsync(o => o with { Context = o.Context with { Settings = new Dictionary<string, string> { ["personal:deadline"] = "72h" } } });
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        await anna.PostAsJsonAsync("/personal/v1/me/requests", new { kind = "deletion" }, Stop);

        (await CountAsync(cell, "SELECT count(*) FROM personal.request WHERE due_at - asked_at = interval '72 hours'")).ShouldBe(1);
    }

    [Fact]
    public async Task Delete_WithAStandby_IsDoneWhenTheStandbyHasItAndGoneThereToo()
    {
        await using var primary = await OwnPostgresServer.StartAsync();
        await using var standby = await primary.StartStandbyAsync();
        await using var cell = await StartAsync(database: primary.ConnectionString);
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        await Eventually.HoldsAsync(async () => await CountAsync(standby.ConnectionString, "SELECT count(*) FROM personal.key WHERE wrapped IS NOT NULL") == 1, "the standby has the key");
        await standby.KillAsync();
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        (await anna.PostAsJsonAsync("/personal/v1/me/deletions", new { confirm = Anna }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var watch = cell.App.Services.GetRequiredService<RightsWatch>();
        await watch.LookAsync(Stop);
        (await CountAsync(cell, "SELECT count(*) FROM personal.request WHERE state = 'spreading'")).ShouldBe(1); // the standby is away: not done
        await standby.StartAgainAsync();

        await Eventually.HoldsAsync(
            async () =>
            {
                await watch.LookAsync(Stop);
                return await CountAsync(cell, "SELECT count(*) FROM personal.request WHERE state = 'done'") == 1;
            },
            "the deletion is done");
        await Eventually.HoldsAsync(async () => await CountAsync(standby.ConnectionString, "SELECT (SELECT count(*) FROM personal.key WHERE wrapped IS NOT NULL) + (SELECT count(*) FROM people.person)") == 0, "the standby has neither key nor row");
    }

    [Fact]
    public async Task Keys_AskedByStaff_AreToldWithoutKeysAndRotated()
    {
        await using var cell = await StartAsync();
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        using var clerk = TestCallers.Client(cell, CallerKind.Staff, Clerk);
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        (await anna.GetAsync("/personal/v1/keys", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await anna.PostAsync("/personal/v1/keys/rotations", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await clerk.PostAsync("/personal/v1/keys/rotations", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        await Eventually.HoldsAsync(
            async () =>
            {
                var keys = JsonDocument.Parse(await clerk.GetStringAsync("/personal/v1/keys", Stop)).RootElement.GetProperty("partition_keys").EnumerateArray().ToList();
                return keys is [var only] && only.GetProperty("version").GetInt32() == 2 && only.GetProperty("keys").GetInt32() == 1;
            },
            "all is wrapped under the partition's new key, and the old one is gone");
    }

    /// <summary>The cell of north, in KE, as is east; south is in ZA.</summary>
    private Task<TestCell> StartAsync(Func<CellOptions, CellOptions>? change = null, string? database = null) => TestCell.StartAsync(
        [PeopleService.Create()], database,
        o => (change ?? (static c => c))(o with
        {
            Keys = _keys.Options,
            Context = o.Context with { Jurisdiction = "KE", Jurisdictions = new Dictionary<string, string> { ["north"] = "KE", ["east"] = "KE", ["south"] = "ZA" } },
        }),
        TestCallers.AddTo);

    private static JsonElement Table(JsonElement export, string name) => export.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("table").GetString() == name);

    private static List<JsonElement> Rows(JsonElement export, string name) => [.. Table(export, name).GetProperty("rows").EnumerateArray()];

    private static async Task<List<string>> TypesAsync(TestCell cell) => [.. (await cell.App.Services.GetRequiredService<IJournal>().ReadAsync(0, 1000, null, Stop)).Select(static e => e.Type)];

    private static async Task<string> DataAsync(TestCell cell) => string.Join('\n', (await cell.App.Services.GetRequiredService<IJournal>().ReadAsync(0, 1000, null, Stop)).Select(static e => $"{e.Subject} {e.Data}"));

    private static Task<long> CountAsync(TestCell cell, string sql) => CountAsync(cell.ConnectionString, sql);

    private static async Task<long> CountAsync(string database, string sql) => Convert.ToInt64(await ScalarAsync(database, sql));

    private static async Task<byte[]> BytesAsync(TestCell cell, string sql) => (byte[])(await ScalarAsync(cell.ConnectionString, sql))!;

    private static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }
}
