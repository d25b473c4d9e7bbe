using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Banyan.Services.Disaster.Tests.Cap;

namespace Banyan.Services.Disaster.Tests.Alerts;

public class LifecycleTests
{
    [Fact]
    public async Task Post_Alert_IsStoredListedAndGivenBackByteForByte()
    {
        await using var cell = await DisasterCell.StartAsync();
        var xml = Samples.Flood.Replace("\n", "\r\n", StringComparison.Ordinal) + "<!-- kept -->\n";

        using var response = await cell.PostAsync(System.Text.Encoding.UTF8.GetBytes(xml));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var location = response.Headers.Location!.ToString();
        var id = response.Headers.GetValues("Banyan-Receipt").Single();
        location.ShouldBe($"/disaster/v1/alerts/{id}");
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        answer.RootElement.GetProperty("id").GetString().ShouldBe(id);
        answer.RootElement.GetProperty("state").GetString().ShouldBe("active");
        answer.RootElement.GetProperty("warnings").GetArrayLength().ShouldBe(0);

        await cell.UntilListedAsync("KE-2026-0001");
        foreach (var accept in new[] { "application/cap+xml", "application/xml", "text/xml;q=0.9, application/json;q=0.1" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, location) { Headers = { { "Accept", accept } } };
            using var cap = await cell.Client.SendAsync(request);
            cap.Content.Headers.ContentType!.MediaType.ShouldBe(accept.Split(';', ',')[0]);
            (await cap.Content.ReadAsStringAsync()).ShouldBe(xml);
        }

        (await cell.Client.GetStringAsync(location + "/cap")).ShouldBe(xml);
        (await cell.Client.GetStringAsync("/disaster/v1/alerts/alerts%40met.example/KE-2026-0001")).ShouldContain(id);
        var json = await cell.Client.GetStringAsync(location);
        json.ShouldContain("\"state\":\"active\"");
        json.ShouldContain("0.0500000000000000001", customMessage: "coordinates at full precision");
        json.ShouldContain("\"radius_km\":12.5");
    }

    [Fact]
    public async Task Post_NotCap_IsRefusedWithEveryError()
    {
        await using var cell = await DisasterCell.StartAsync();

        using var invalid = await cell.PostAsync(System.Text.Encoding.UTF8.GetBytes(Samples.Flood.Replace("Severe<", "High<", StringComparison.Ordinal).Replace("<scope>Public</scope>", "", StringComparison.Ordinal)));
        invalid.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        invalid.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(await invalid.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("type").GetString().ShouldBe("urn:banyan:problem:cap-invalid");
        problem.RootElement.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("path").GetString()).ShouldBe(["alert/scope", "alert/info[1]/severity"]);

        using var type = await cell.PostAsync(new AlertXml("a").Bytes, contentType: "application/json");
        type.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var large = await cell.PostAsync(new byte[600_000]);
        large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts")).ShouldBe(0);
    }

    [Fact]
    public async Task Post_SameAgain_IsTakenOnce()
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("one");
        var id = await cell.IssueAsync(alert);

        using var same = await cell.PostAsync(alert);
        same.StatusCode.ShouldBe(HttpStatusCode.OK);
        same.Headers.GetValues("Banyan-Receipt").Single().ShouldBe(id.ToString());
        using var other = await cell.PostAsync(alert with { Headline = "Another" });
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await other.Content.ReadAsStringAsync()).ShouldContain(id.ToString());
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts")).ShouldBe(1);
    }

    [Fact]
    public async Task Post_WithIdempotencyKey_GivesTheSameAnswerAndWorksOnce()
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("one");

        using var first = await cell.PostAsync(alert, "key-1");
        using var second = await cell.PostAsync(alert, "key-1");
        using var reused = await cell.PostAsync(alert with { Identifier = "two" }, "key-1");

        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.GetValues("Idempotency-Replayed").Single().ShouldBe("true");
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        reused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts")).ShouldBe(1);
        var update = alert.Update("three", 1);
        using var updated = await cell.PostAsync(update, "key-2");
        using var again = await cell.PostAsync(update, "key-2");
        (await again.Content.ReadAsStringAsync()).ShouldBe(await updated.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_UpdateThenCancel_KeepsTheChain()
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("one");
        var update = alert.Update("two", 5);
        var cancel = (update with { References = [] }).Cancel("three", 10) with { References = [alert, update] };

        var first = await cell.IssueAsync(alert);
        var second = await cell.IssueAsync(update);
        await cell.UntilListedAsync("two");
        var old = await cell.GetJsonAsync($"/disaster/v1/alerts/{first}");
        old.GetProperty("state").GetString().ShouldBe("superseded");
        old.GetProperty("superseded_by").GetGuid().ShouldBe(second);
        (await cell.GetJsonAsync($"/disaster/v1/alerts/{second}")).GetProperty("supersedes")[0].GetProperty("id").GetGuid().ShouldBe(first);

        var third = await cell.IssueAsync(cancel);
        await cell.UntilListedAsync();
        (await cell.GetJsonAsync($"/disaster/v1/alerts/{second}")).GetProperty("state").GetString().ShouldBe("cancelled");
        (await cell.GetJsonAsync($"/disaster/v1/alerts/{third}")).GetProperty("state").GetString().ShouldBe("recorded");
        foreach (var id in new[] { first, second, third })
        {
            var chain = await cell.GetJsonAsync($"/disaster/v1/alerts/{id}/chain");
            chain.EnumerateArray().Select(c => $"{c.GetProperty("identifier")} {c.GetProperty("state")}").ShouldBe(["one superseded", "two cancelled", "three recorded"]);
        }
    }

    [Theory]
    [InlineData("unknown", HttpStatusCode.UnprocessableEntity, "cap-reference-unknown")]
    [InlineData("foreign", HttpStatusCode.UnprocessableEntity, "cap-reference-foreign")]
    [InlineData("exercise", HttpStatusCode.UnprocessableEntity, "cap-reference-unknown")]
    [InlineData("superseded", HttpStatusCode.Conflict, "cap-superseded")]
    [InlineData("cancelled", HttpStatusCode.Conflict, "cap-ended")]
    public async Task Post_UpdateOfTheWrongThing_IsRefused(string of, HttpStatusCode status, string code)
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("one") { Status = of == "exercise" ? "Exercise" : "Actual", Sender = of == "foreign" ? "other@example" : "alerts@met.example" };
        if (of != "unknown")
            await cell.IssueAsync(alert);
        if (of == "superseded")
            await cell.IssueAsync(alert.Update("two", 1));
        if (of == "cancelled")
            await cell.IssueAsync(alert.Cancel("two", 1));

        using var response = await cell.PostAsync(new AlertXml("three") { Type = "Update", SentMinute = 2, References = [alert] });

        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain(code);
    }

    [Fact]
    public async Task Post_ManyUpdatesOfOneAtOnce_OneSupersedes()
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("one");
        await cell.IssueAsync(alert);

        var responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => cell.PostAsync(alert.Update($"update-{i}", 1))));

        responses.Count(r => r.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        responses.Count(r => r.StatusCode == HttpStatusCode.Conflict).ShouldBe(11);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts WHERE state = 'active'")).ShouldBe(1);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts")).ShouldBe(2);
    }

    [Fact]
    public async Task Post_SameUpdateManyTimesAtOnce_IsOneUpdate()
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("one");
        await cell.IssueAsync(alert);

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cell.PostAsync(alert.Update("two", 1))));

        responses.Count(r => r.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        responses.Count(r => r.StatusCode == HttpStatusCode.OK).ShouldBe(7);
    }

    [Fact]
    public async Task Expires_LastInfosTimePasses_AlertEndsOnceAndIsJournaled()
    {
        await using var cell = await DisasterCell.StartAsync();
        var id = await cell.IssueAsync(new AlertXml("one") { ExpiresMinute = 30 });
        await cell.IssueAsync(new AlertXml("two") { ExpiresMinute = 90 });
        await cell.UntilListedAsync("two", "one");

        cell.Time.Advance(TimeSpan.FromMinutes(29));
        (await cell.ListAsync()).ShouldBe(["two", "one"]);
        cell.Time.Advance(TimeSpan.FromMinutes(1));

        // Readers at once, whatever the worker does; then the row and the journal.
        (await cell.ListAsync()).ShouldBe(["two"]);
        await DisasterCell.UntilAsync(async () => await cell.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE type = 'banyan.disaster.alert.expired.v1'") == 1, "one entry for the expiry");
        (await cell.GetJsonAsync($"/disaster/v1/alerts/{id}")).GetProperty("state").GetString().ShouldBe("expired");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.alerts WHERE state = 'active'")).ShouldBe(1);
    }

    [Fact]
    public async Task Expires_NotSaid_IsTheDefaultLifetime()
    {
        await using var cell = await DisasterCell.StartAsync(settings: ("disaster:default_lifetime", "2h"));
        await cell.IssueAsync(new AlertXml("one") { ExpiresMinute = null });
        await cell.UntilListedAsync("one");

        cell.Time.Advance(TimeSpan.FromMinutes(119));
        (await cell.ListAsync()).ShouldBe(["one"]);
        cell.Time.Advance(TimeSpan.FromMinutes(1));
        (await cell.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Expires_WhileTheCellWasDown_HappensAtItsStart()
    {
        string database;
        await using (var cell = await DisasterCell.StartAsync())
        {
            database = cell.ConnectionString;
            await cell.IssueAsync(new AlertXml("short") { ExpiresMinute = 10 });
            await cell.IssueAsync(new AlertXml("long") { ExpiresMinute = 100 });
        }

        await using var later = await DisasterCell.StartAsync(database, new ShiftedTime(AlertXml.Start.AddMinutes(20)));

        (await later.ListAsync()).ShouldBe(["long"]);
        await DisasterCell.UntilAsync(async () => await later.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE type = 'banyan.disaster.alert.expired.v1'") == 1, "the expiry is journaled");
    }

    [Fact]
    public async Task Post_LateAlert_IsStoredButNotPublished()
    {
        await using var cell = await DisasterCell.StartAsync();
        cell.Time.Advance(TimeSpan.FromHours(5));

        using var response = await cell.PostAsync(new AlertXml("late"));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await response.Content.ReadAsStringAsync()).ShouldContain("\"state\":\"expired\"");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM journal.inbox WHERE topic = 'disaster.alerts'")).ShouldBe(0);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE topic = 'disaster.alerts'")).ShouldBe(0);
    }

    [Fact]
    public async Task List_Filters_GiveWhatWasAskedFor()
    {
        await using var cell = await DisasterCell.StartAsync();
        await cell.IssueAsync(new AlertXml("polygon"));
        await cell.IssueAsync(new AlertXml("circle") { Area = "<circle>6.5,3.4 20</circle>", Severity = "Minor" });
        await cell.IssueAsync(new AlertXml("code") { Area = "<geocode><valueName>ISO3166-2</valueName><value>KE-17</value></geocode>", Event = "Drought" });
        await cell.IssueAsync(new AlertXml("everywhere") { Area = "", Severity = "Extreme" });
        await cell.UntilListedAsync("everywhere", "code", "circle", "polygon");

        (await cell.ListAsync("?point=-1.5,36.5")).ShouldBe(["everywhere", "polygon"]);
        (await cell.ListAsync("?point=-1,36")).ShouldBe(["everywhere", "polygon"], "the boundary is inside");
        (await cell.ListAsync("?point=6.6,3.4")).ShouldBe(["everywhere", "circle"]);
        (await cell.ListAsync("?area=6.5,3.9%2050")).ShouldBe(["everywhere", "circle"]);
        (await cell.ListAsync("?area=-1.5,36.5%20-1.5,36.6%20-1.6,36.5")).ShouldBe(["everywhere", "polygon"]);
        (await cell.ListAsync("?geocode=ISO3166-2%3DKE-17")).ShouldBe(["everywhere", "code"]);
        (await cell.ListAsync("?geocode=ISO3166-2:KE-17&point=6.5,3.4")).ShouldBe(["everywhere", "code", "circle"]);
        (await cell.ListAsync("?severity=severe")).ShouldBe(["everywhere", "code", "polygon"]);
        (await cell.ListAsync("?event=drought")).ShouldBe(["code"]);
        (await cell.ListAsync("?since=2026-03-02T00:00:00Z")).ShouldBeEmpty();
        using var bad = await cell.Client.GetAsync("/disaster/v1/alerts?point=north&severity=high&limit=0&cursor=x&since=now");
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var problem = JsonDocument.Parse(await bad.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("errors").GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task List_PagesByCursor_GivesEachOnce()
    {
        await using var cell = await DisasterCell.StartAsync();
        for (var i = 0; i < 7; i++)
            await cell.IssueAsync(new AlertXml($"a{i}"));
        await cell.UntilListedAsync("a6", "a5", "a4", "a3", "a2", "a1", "a0");

        var seen = new List<string>();
        for (var next = ""; ;)
        {
            var page = await cell.GetJsonAsync("/disaster/v1/alerts?limit=3" + next);
            seen.AddRange(page.GetProperty("alerts").EnumerateArray().Select(a => a.GetProperty("identifier").GetString()!));
            if (page.GetProperty("next").GetString() is not { } cursor)
                break;
            next = "&cursor=" + cursor;
        }

        seen.ShouldBe(["a6", "a5", "a4", "a3", "a2", "a1", "a0"]);
    }

    [Fact]
    public async Task List_KnownTag_Is304UntilSomethingChanges()
    {
        await using var cell = await DisasterCell.StartAsync();
        await cell.IssueAsync(new AlertXml("one"));
        await cell.UntilListedAsync("one");
        using var first = await cell.Client.GetAsync("/disaster/v1/alerts");

        (await AskAsync(first.Headers.ETag!)).ShouldBe(HttpStatusCode.NotModified);
        await cell.IssueAsync(new AlertXml("two"));
        await cell.UntilListedAsync("two", "one");
        (await AskAsync(first.Headers.ETag!)).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> AskAsync(EntityTagHeaderValue tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/disaster/v1/alerts") { Headers = { IfNoneMatch = { tag } } };
            using var response = await cell.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Restart_ActiveAlerts_AreListedAgainWithTheSameTag()
    {
        string database;
        string etag;
        await using (var cell = await DisasterCell.StartAsync())
        {
            database = cell.ConnectionString;
            await cell.IssueAsync(new AlertXml("one"));
            await cell.IssueAsync(new AlertXml("two"));
            await cell.UntilListedAsync("two", "one");
            using var response = await cell.Client.GetAsync("/disaster/v1/alerts");
            etag = response.Headers.ETag!.Tag;
        }

        await using var again = await DisasterCell.StartAsync(database);
        using var after = await again.Client.GetAsync("/disaster/v1/alerts");
        after.Headers.ETag!.Tag.ShouldBe(etag);
        (await again.ListAsync()).ShouldBe(["two", "one"]);
    }

    [Fact]
    public async Task Get_UnknownOrUnacceptable_IsSaid()
    {
        await using var cell = await DisasterCell.StartAsync();
        var id = await cell.IssueAsync(new AlertXml("one"));

        (await cell.Client.GetAsync($"/disaster/v1/alerts/{Guid.NewGuid()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await cell.Client.GetAsync("/disaster/v1/alerts/a/b")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/disaster/v1/alerts/{id}") { Headers = { { "Accept", "image/png" } } };
        (await cell.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
    }

    /// <summary>Anyone may acknowledge anything: that must not tie other people's alerts together.</summary>
    [Fact]
    public async Task Chain_AckOfTwoAlerts_IsShownAtBothAndJoinsThemNot()
    {
        await using var cell = await DisasterCell.StartAsync();
        var (one, two) = (new AlertXml("one"), new AlertXml("two") { Sender = "other@example" });
        var first = await cell.IssueAsync(one);
        var second = await cell.IssueAsync(two);
        var ack = await cell.IssueAsync(new AlertXml("ack") { Sender = "hub@example", Type = "Ack", References = [one, two] });
        await cell.IssueAsync(new AlertXml("mention") { Sender = "third@example", References = [one, two] });

        (await NamesAsync(first)).ShouldBe(["one", "ack"]);
        (await NamesAsync(second)).ShouldBe(["two", "ack"]);
        (await NamesAsync(ack)).ShouldBe(["one", "two", "ack"]);
        await cell.UntilListedAsync("mention", "two", "one");

        async Task<string[]> NamesAsync(Guid id) => [.. (await cell.GetJsonAsync($"/disaster/v1/alerts/{id}/chain")).EnumerateArray().Select(c => c.GetProperty("identifier").GetString()!)];
    }
}
