using System.Net;
using System.Text.Json;
using Banyan.Testing;
using Npgsql;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A partition on a primary and a standby that somebody else has set up: it moves to the standby, and home again once its operator has rebuilt the old primary.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class GivenPairTests : IAsyncLifetime
{
    private readonly SmallPlatform _platform = new("pair", TimeSpan.FromSeconds(40));
    private OwnPostgresServer _primary = null!;
    private OwnPostgresServer _standby = null!;

    public async ValueTask InitializeAsync()
    {
        _primary = await OwnPostgresServer.StartAsync();
        await using var source = NpgsqlDataSource.Create(_primary.ConnectionString);
        foreach (var sql in (string[])["CREATE ROLE lodger", "CREATE DATABASE one OWNER lodger"])
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        _standby = await _primary.StartStandbyAsync();
    }

    [Fact]
    public async Task Up_GivenPair_MovesWhenThePrimaryDiesAndHomeInOrder()
    {
        var ct = TestContext.Current.CancellationToken;
        var (home, away) = (Path.Combine(_platform.Folder, "home.connection"), Path.Combine(_platform.Folder, "away.connection"));
        await File.WriteAllTextAsync(home, Connection(_primary), ct);
        await File.WriteAllTextAsync(away, Connection(_standby), ct);
        var blueprint = $$"""
            regions:
              one: { at: Accra, jurisdiction: GH, standby: two, database: { connection: "file:{{home}}", standby: "file:{{away}}" } }
              two: { at: Tema, jurisdiction: GH, standby: one }
            """;

        // A role that may neither promote nor see replication is refused, with what to do about it.
        var refused = await _platform.TryUpAsync(blueprint, []);
        (refused.ExitCode, refused.ErrorLines[^1]).ShouldBe((2,
            $"banyan: the database of one can't be used: Role 'lodger' of file:{home} may not promote, or not see replication: as a superuser of its primary, GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO \"lodger\"; GRANT pg_read_all_stats TO \"lodger\""));
        await GrantAsync();
        var up = await _platform.TryUpAsync(blueprint, []);
        up.ExitCode.ShouldBe(0, up.ToString());
        up.Error.ShouldContain($"one: its databases are those that file:{home} and, in two, file:{away} name");
        await AlertAsync("before", HttpStatusCode.Created);
        await _platform.WaitAsync(static one => Text(one, "state") == "serving" && one.GetProperty("lag_bytes").ValueKind == JsonValueKind.Number, "the standby is seen");

        await _primary.KillAsync();
        await AlertAsync("moved", HttpStatusCode.Created); // keyed: it waits at the front door
        var moved = await _platform.WaitAsync(static one => Text(one, "primary") == "two" && one.GetProperty("epoch").GetInt32() == 2, "it moves to the standby");
        Text(moved, "detail").ShouldContain("its residents are served from two, in epoch 2");
        await IsThereAsync("before");

        await _primary.StartAgainAsync();
        var returned = await _platform.WaitAsync(static one => Text(one, "detail").Contains("needs its operator", StringComparison.Ordinal), "its keeper says that its operator is needed");
        Text(returned, "detail").ShouldContain($"who must rebuild it as a standby of file:{away}");
        var early = await _platform.RunAsync("switch", "one", "--to", "one");
        (early.ExitCode, early.ErrorLines[^1]).ShouldBe((2, "banyan: the switch was refused: the standby in one does not receive now (banyan status)"));

        await _primary.FollowAsync(_standby);
        await _platform.WaitAsync(static one => Text(one, "state") == "serving", "the old primary streams again");
        var switched = await _platform.RunAsync("switch", "one", "--to", "one");
        switched.ExitCode.ShouldBe(0, switched.ToString());
        await AlertAsync("home", HttpStatusCode.Created);
        foreach (var id in (string[])["before", "moved", "home"])
            await IsThereAsync(id);
        var after = await _platform.WaitAsync(static one => Text(one, "primary") == "one", "it is home");
        after.GetProperty("epoch").GetInt32().ShouldBe(3);
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _standby.DisposeAsync();
        await _primary.DisposeAsync();
    }

    private static string Text(JsonElement region, string name) => region.GetProperty(name).GetString() ?? "";

    private static string Connection(OwnPostgresServer server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "one", Options = "-c role=lodger", IncludeErrorDetail = false }.ConnectionString;

    private async Task GrantAsync()
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_primary.ConnectionString) { Database = "one" }.ConnectionString);
        foreach (var sql in (string[])["GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO lodger", "GRANT pg_read_all_stats TO lodger"])
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task AlertAsync(string id, HttpStatusCode expected)
    {
        using var alert = CapAlert.Create(id);
        using var request = new HttpRequestMessage(HttpMethod.Post, At("disaster/v1/alerts")) { Content = alert };
        request.Headers.Add("Idempotency-Key", $"\"{id}\"");
        using var answer = await _platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(expected, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task IsThereAsync(string id) =>
        (await _platform.Http.GetStringAsync(At($"disaster/v1/alerts/{Uri.EscapeDataString(CapAlert.Sender)}/{id}"), TestContext.Current.CancellationToken)).ShouldContain(id);

    private static Uri At(string path) => SmallPlatform.At("one", path);
}
