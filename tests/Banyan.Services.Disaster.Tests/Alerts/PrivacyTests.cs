using System.Net;

namespace Banyan.Services.Disaster.Tests.Alerts;

/// <summary>What is not Actual and Public stays behind every public door. Streams, webhooks and the feed have theirs beside their own tests.</summary>
public class PrivacyTests
{
    public static TheoryData<string, string> NotForThePublic => new()
    {
        { "Exercise", "Public" },
        { "System", "Public" },
        { "Test", "Public" },
        { "Draft", "Public" },
        { "Actual", "Restricted" },
        { "Actual", "Private" },
        { "Exercise", "Private" },
    };

    [Theory]
    [MemberData(nameof(NotForThePublic))]
    public async Task Read_MessageNotForThePublic_IsNotFound(string status, string scope)
    {
        await using var cell = await DisasterCell.StartAsync();
        var id = await cell.IssueAsync(new AlertXml("hidden") { Status = status, Scope = scope, Headline = "Secret" });
        await cell.IssueAsync(new AlertXml("open"));
        await cell.UntilListedAsync("open");

        foreach (var path in new[] { $"/disaster/v1/alerts/{id}", $"/disaster/v1/alerts/{id}/cap", $"/disaster/v1/alerts/{id}/chain", "/disaster/v1/alerts/alerts@met.example/hidden" })
            (await cell.Client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE data LIKE '%Secret%' OR data LIKE '%hidden%'")).ShouldBe(0);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE topic = 'disaster.messages'")).ShouldBe(1);
    }

    [Fact]
    public async Task Exercises_PublicScope_AreAtTheirOwnDoorOnly()
    {
        await using var cell = await DisasterCell.StartAsync();
        var exercise = await cell.IssueAsync(new AlertXml("drill") { Status = "Exercise" });
        await cell.IssueAsync(new AlertXml("probe") { Status = "Test" });
        await cell.IssueAsync(new AlertXml("inner") { Status = "Exercise", Scope = "Restricted" });
        await cell.IssueAsync(new AlertXml("real"));

        (await NamesAsync("")).ShouldBe(["probe", "drill"]);
        (await NamesAsync("?status=Exercise")).ShouldBe(["drill"]);
        (await NamesAsync("?limit=1")).ShouldBe(["probe"]);
        (await cell.Client.GetAsync("/disaster/v1/exercises?status=Actual")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await cell.GetJsonAsync($"/disaster/v1/exercises/{exercise}")).GetProperty("identifier").GetString().ShouldBe("drill");

        async Task<string[]> NamesAsync(string query) =>
            [.. (await cell.GetJsonAsync("/disaster/v1/exercises" + query)).GetProperty("alerts").EnumerateArray().Select(a => a.GetProperty("identifier").GetString()!)];
    }

    [Theory]
    [InlineData("Exercise")]
    [InlineData("Test")]
    public async Task Post_ExerciseThatCancelsARealAlert_EndsNothing(string status)
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("real");
        await cell.IssueAsync(alert);

        await cell.IssueAsync(alert.Cancel("drill", 1) with { Status = status });

        await cell.IssueAsync(new AlertXml("later"));
        await cell.UntilListedAsync("later", "real");
        (await cell.ScalarAsync<string>("SELECT state FROM disaster.alerts WHERE identifier = 'real'")).ShouldBe("active");
    }

    [Fact]
    public async Task Post_ExerciseChain_LivesItsOwnLife()
    {
        await using var cell = await DisasterCell.StartAsync();
        var alert = new AlertXml("drill") { Status = "Exercise", ExpiresMinute = 30 };
        await cell.IssueAsync(alert);
        await cell.IssueAsync(alert.Update("drill-2", 1));

        cell.Time.Advance(TimeSpan.FromMinutes(31));

        await DisasterCell.UntilAsync(async () => await cell.ScalarAsync<string>("SELECT string_agg(state, ' ' ORDER BY id) FROM disaster.alerts") == "superseded expired", "the exercise is over");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE topic = 'disaster.alerts'")).ShouldBe(0);
    }
}
