using System.Net;
using Banyan.Journal;
using Banyan.Journal.Log;

namespace Banyan.Cli.Tests.Verify;

/// <summary>A log that was halted and goes on, as it is or as another, is verified as any: both of them, live and offline.</summary>
public sealed class FollowingLogTests(LoggedPlatform platform) : IClassFixture<LoggedPlatform>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_LogsThatWereRecovered_HoldUnderTheirNames()
    {
        await HaltAsync();
        await RecoverAsync("reason=the+tree+was+taken+back");
        await platform.UntilAsync(static v => v.Halted is null && v.Published?.Checkpoint.Size > LoggedPlatform.Entries && v.Stored == v.Published.Checkpoint.Size && v.Stored == v.Size);
        var again = await platform.VerifyAsync();
        (again.Exit, again.Log.GetProperty("log").GetString()).ShouldBe((0, LoggedPlatform.Origin), again.ToString());

        await HaltAsync();
        await RecoverAsync("anew=true&reason=tried+out");
        var second = LogNames.OfGeneration(LoggedPlatform.Origin, 2);
        await platform.UntilAsync(v => v.Published?.Checkpoint is { } newest && newest.Origin == second && v.Stored == newest.Size && v.Stored == v.Size);

        var live = await platform.VerifyAsync();
        live.Exit.ShouldBe(0, live.ToString());
        live.Report!.Value.GetProperty("logs").EnumerateArray().Select(static l => l.GetProperty("log").GetString()).ShouldBe([second, LoggedPlatform.Origin, second]); // itself, and the copies of both
        live.Log.GetProperty("rows").GetInt64().ShouldBe(platform.Status.View.Size);
        var folder = await platform.VerifyAsync(platform.Data.Objects(LoggedPlatform.Partition), "--keys", platform.Data.LogKeys);
        folder.Exit.ShouldBe(0, folder.ToString());
        folder.Report!.Value.GetProperty("logs").EnumerateArray().Select(static l => l.GetProperty("log").GetString()).ShouldBe([LoggedPlatform.Origin, second]);

        // The old log's copy is looked after still.
        await File.WriteAllTextAsync(Path.Combine(platform.Copy, "checkpoint"), "nothing", Stop);
        (await platform.VerifyAsync()).Problems.ShouldContain(static p => p.Message.Contains("is no signed note", StringComparison.Ordinal));
    }

    /// <summary>The tree in the database is taken back, which its writer notices with the next change.</summary>
    private async Task HaltAsync()
    {
        await platform.ExecuteAsync("UPDATE log.tree SET size = 100");
        await platform.Journal.CommitAsync(new Change { Answer = new StoredAnswer(204), Events = [new JournalEvent { Topic = "people.persons", Type = "t", Data = "{}" }] }, Stop);
        await platform.UntilAsync(static v => v.Halted is not null);
    }

    private async Task RecoverAsync(string query)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(platform.Cell, $"/log/v1/north/recovery?{query}"), null, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Stop));
    }
}
