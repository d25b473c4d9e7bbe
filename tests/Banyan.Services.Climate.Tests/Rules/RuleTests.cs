using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Climate.Queries;
using Banyan.Services.Climate.Rules;

namespace Banyan.Services.Climate.Tests.Rules;

public sealed class RuleTests : IAsyncLifetime
{
    private const string Rain = """
        {"measurement":"rain","field":"mm","tags":{"station":"x"},"function":"sum","window":"24h","comparison":">","threshold":80,
         "alert":{"event":"Heavy rain","category":"Met","urgency":"Immediate","severity":"Severe","certainty":"Observed",
                  "headline":"{value} mm of rain in {window} at {tag.station}","expires":"6h","area":{"description":"Nairobi","circle":"-1.29,36.82 25"}}}
        """;

    private const string Hot = """
        {"measurement":"temp","field":"c","function":"last","window":"1h","comparison":">=","threshold":30,"rearm":25,
         "alert":{"event":"Heat","category":"Met","urgency":"Expected","severity":"Moderate","certainty":"Likely"}}
        """;

    private readonly ShiftedTime _time = new();
    private ClimateCell _cell = null!;

    public async ValueTask InitializeAsync() => _cell = await ClimateCell.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _cell.DisposeAsync();

    [Fact]
    public async Task Rule_SumOverItsWindow_FiresOnceWhenCrossed()
    {
        await PutAsync("heavy-rain", Rain, HttpStatusCode.Created);
        await WriteAsync($"rain,station=x mm=30 {Ago(20)}", $"rain,station=x mm=30 {Ago(2)}", $"rain,station=y mm=500 {Ago(1)}", $"rain,station=x mm=300 {Ago(25)}");

        // Late, and still within the day.
        await WriteAsync($"rain,station=x mm=30.5 {Ago(23)}");
        var entry = (await RequestsAsync(1)).Single();
        await WriteAsync($"rain,station=x mm=50 {Ago(3)}");
        await WriteAsync($"rain,station=x mm=1 {Ago(0)}");
        await EvaluateAsync("heavy-rain");
        (await RequestsAsync(1)).Count.ShouldBe(1);

        entry.Type.ShouldBe("banyan.alert.requested.v1");
        entry.Subject.ShouldBe("heavy-rain");
        using var json = JsonDocument.Parse(entry.Data);
        var data = json.RootElement;
        data.GetProperty("rule").GetString().ShouldBe("heavy-rain");
        data.GetProperty("event").GetString().ShouldBe("Heavy rain");
        data.GetProperty("headline").GetString().ShouldBe("90.5 mm of rain in 24h at x");
        data.GetProperty("source").GetString().ShouldBe("climate");
        data.GetProperty("area").GetProperty("circle").GetString().ShouldBe("-1.29,36.82 25");
        data.GetProperty("area").GetProperty("polygon").ValueKind.ShouldBe(JsonValueKind.Null);
        (DateTimeOffset.Parse(data.GetProperty("expires").GetString()!, System.Globalization.CultureInfo.InvariantCulture) - entry.RecordedAt).TotalHours.ShouldBe(6, 0.1);
        var evidence = data.GetProperty("evidence");
        evidence.GetProperty("value").GetDouble().ShouldBe(90.5);
        evidence.GetProperty("readings").GetInt64().ShouldBe(3);
        evidence.GetProperty("tags").GetProperty("station").GetString().ShouldBe("x");
    }

    [Fact]
    public async Task Rule_AfterItCameBackFarEnough_FiresAgain()
    {
        await PutAsync("hot", Hot, HttpStatusCode.Created);
        await WriteAsync($"temp,room=a c=31i {Ago(0.5)}");
        await RequestsAsync(1);
        (await FiredAsync("hot")).ShouldBe(1);
        await WriteAsync($"temp,room=a c=29i {Ago(0.4)}");
        await EvaluateAsync("hot");
        (await FiredAsync("hot")).ShouldBe(1, "29 is below the threshold, but not down to 25");
        await WriteAsync($"temp,room=a c=32i {Ago(0.3)}");
        await EvaluateAsync("hot");
        await WriteAsync($"temp,room=a c=25i {Ago(0.2)}");
        await EvaluateAsync("hot");
        (await FiredAsync("hot")).ShouldBe(0);
        await WriteAsync($"temp,room=a c=33i {Ago(0.1)}");
        (await RequestsAsync(2)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Rule_WindowThatMovedOn_StaysFiredWithoutReadingsAndRearmsWithThem()
    {
        await PutAsync("heavy-rain", Rain, HttpStatusCode.Created);
        await WriteAsync($"rain,station=x mm=81 {Ago(1)}");
        await RequestsAsync(1);
        _time.Offset = TimeSpan.FromHours(24);
        await EvaluateAsync("heavy-rain");
        (await FiredAsync("heavy-rain")).ShouldBe(1);
        await WriteAsync($"rain,station=x mm=2 {Ago(0)}");
        await EvaluateAsync("heavy-rain");
        (await FiredAsync("heavy-rain")).ShouldBe(0);
        await WriteAsync($"rain,station=x mm=79 {Ago(0.1)}");
        (await RequestsAsync(2)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Rule_EvaluatedByManyAtOnce_AsksOnce()
    {
        await WriteAsync($"temp,room=a c=40 {Ago(0.1)}");
        await using (var command = _cell.Database.CreateCommand("INSERT INTO climate.rule (name, definition, version, changed_at) VALUES ('hot', $1, 1, now())"))
        {
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Jsonb, Hot);
            await command.ExecuteNonQueryAsync();
        }

        var rule = RuleValidator.Check("hot", 1, RuleJson.Read(Encoding.UTF8.GetBytes(Hot), out _)!, [])!;
        var series = await _cell.Get<SeriesFinder>().FindAsync(rule.Filter, 0, 10, CancellationToken.None);
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _cell.Get<RuleEvaluator>().EvaluateAsync(rule, series, CancellationToken.None)));
        asked.Sum().ShouldBe(1);
        (await _cell.Get<RuleEvaluator>().EvaluateAsync(rule with { Version = 2 }, series, CancellationToken.None)).ShouldBe(0);
        (await RequestsAsync(1)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Rule_CrashBetweenReadingsAndEvaluation_IsMadeUpForAtTheStart()
    {
        await WriteAsync($"temp,room=a c=40 {Ago(0.1)}");
        await _cell.App.StopAsync();
        await using (var command = _cell.Database.CreateCommand("INSERT INTO climate.rule (name, definition, version, changed_at) VALUES ('hot', $1, 1, now())"))
        {
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Jsonb, Hot);
            await command.ExecuteNonQueryAsync();
        }

        for (var start = 0; start < 3; start++)
        {
            await using var cell = await ClimateCell.StartAsync(connectionString: _cell.ConnectionString);
            (await RequestsAsync(1, cell)).Count.ShouldBe(1);
            await EvaluateAsync("hot", cell);
        }

        await using var last = await ClimateCell.StartAsync(connectionString: _cell.ConnectionString);
        (await RequestsAsync(1, last)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Put_ReplacesAndDeleteRemoves()
    {
        await PutAsync("hot", Hot, HttpStatusCode.Created);
        await WriteAsync($"temp,room=a c=40 {Ago(0.1)}");
        await RequestsAsync(1);

        // Another headline leaves it fired; another threshold arms it.
        await PutAsync("hot", Hot.Replace("\"event\":\"Heat\"", "\"event\":\"Heat\",\"headline\":\"Hot\"", StringComparison.Ordinal), HttpStatusCode.OK);
        (await FiredAsync("hot")).ShouldBe(1);
        await PutAsync("hot", Hot.Replace("30", "35", StringComparison.Ordinal), HttpStatusCode.OK);
        (await RequestsAsync(2)).Count.ShouldBe(2);
        (await GetAsync("/climate/v1/rules")).GetProperty("rules")[0].GetProperty("definition").GetProperty("threshold").GetDouble().ShouldBe(35);

        using var gone = await _cell.Client.DeleteAsync("/climate/v1/rules/hot");
        gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        gone.Headers.Contains("Banyan-Receipt").ShouldBeTrue();
        using var again = await _cell.Client.DeleteAsync("/climate/v1/rules/hot");
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var get = await _cell.Client.GetAsync("/climate/v1/rules/hot");
        get.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await get.Content.ReadAsStringAsync()).ShouldContain("climate-rule-not-found");
        (await _cell.QueryAsync<long>("SELECT count(*) FROM climate.rule_state")).ShouldBe(0);
    }

    [Fact]
    public async Task Put_WithTheSameKey_IsDoneOnce()
    {
        async Task<HttpResponseMessage> Send()
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/climate/v1/rules/hot") { Content = new StringContent(Hot, Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "\"k\"");
            return await _cell.Client.SendAsync(request);
        }

        using var first = await Send();
        using var again = await Send();
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await _cell.QueryAsync<long>("SELECT version FROM climate.rule")).ShouldBe(1);
    }

    [Theory]
    [InlineData("{}", "measurement is missing.|field is missing.|function must be one of|window must be|comparison must be|threshold must be a number.|alert is missing.")]
    [InlineData("nonsense", "The rule can't be read at $")]
    [InlineData("""{"measurement":"m","treshold":1}""", "treshold")]
    [InlineData("""{"measurement":"m","field":"f","function":"sum","window":"24h","comparison":">","threshold":1,"rearm":2,"alert":{"event":"e","category":"Weather","urgency":"Immediate","severity":"Bad","certainty":"Observed","expires":"soon","area":{"circle":"91,0 5","polygon":"1,2 3,4 1,2"}}}""",
        "rearm must not lie beyond|alert.category must be one of|alert.severity must be one of|alert.expires must be|alert.area.description is missing.|alert.area.circle must be|alert.area.polygon must be")]
    public async Task Put_WithMistakes_NamesThemAll(string rule, string expected)
    {
        using var answer = await _cell.Client.PutAsync("/climate/v1/rules/r", new StringContent(rule));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        json.RootElement.GetProperty("type").GetString().ShouldBe("urn:banyan:problem:climate-rule-invalid");
        foreach (var part in expected.Split('|'))
            json.RootElement.GetProperty("detail").GetString()!.ShouldContain(part);
    }

    private string Ago(double hours) => (_time.Now() - (long)(hours * Instants.Hour)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task PutAsync(string name, string rule, HttpStatusCode status)
    {
        using var answer = await _cell.Client.PutAsync($"/climate/v1/rules/{name}", new StringContent(rule, Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync());
    }

    private async Task WriteAsync(params string[] lines)
    {
        using var answer = await _cell.WriteAsync(string.Join('\n', lines));
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Evaluates a rule here and now, whatever the worker has done or will do.</summary>
    private async Task EvaluateAsync(string name, ClimateCell? cell = null)
    {
        cell ??= _cell;
        var (_, definition, version) = (await cell.Get<RuleStore>().ListAsync(name, CancellationToken.None)).Single();
        var rule = RuleValidator.Check(name, version, RuleJson.Read(Encoding.UTF8.GetBytes(definition), out _)!, [])!;
        var series = await cell.Get<SeriesFinder>().FindAsync(rule.Filter, 0, 100, CancellationToken.None);
        await cell.Get<RuleEvaluator>().EvaluateAsync(rule, series, CancellationToken.None);
    }

    /// <summary>Waits until so many alerts were asked for; gives all there are then.</summary>
    private async Task<IReadOnlyList<JournalEntry>> RequestsAsync(int count, ClimateCell? cell = null)
    {
        var journal = (cell ?? _cell).Get<IJournal>();
        var topics = new HashSet<string>(StringComparer.Ordinal) { ClimateTopics.AlertsRequested };
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var entries = await journal.ReadAsync(0, 100, topics, CancellationToken.None);
            if (entries.Count >= count && await InboxIsEmptyAsync(cell ?? _cell))
                return await journal.ReadAsync(0, 100, topics, CancellationToken.None);
            patience.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), $"{entries.Count} of {count} alerts were asked for");
            await Task.Delay(10);
        }
    }

    private static async Task<bool> InboxIsEmptyAsync(ClimateCell cell) => await cell.QueryAsync<long>("SELECT count(*) FROM journal.inbox") == 0;

    private async Task<int> FiredAsync(string name) => (await GetAsync($"/climate/v1/rules/{name}")).GetProperty("fired").GetArrayLength();

    private async Task<JsonElement> GetAsync(string path)
    {
        using var json = JsonDocument.Parse(await _cell.Client.GetStringAsync(path));
        return json.RootElement.Clone();
    }
}
