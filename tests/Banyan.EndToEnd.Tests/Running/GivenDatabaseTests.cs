using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Banyan.Testing;
using Npgsql;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>Databases that are not Banyan's: a server beside the platform, one region's database given by the blueprint and one by the environment.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class GivenDatabaseTests(LivePlatform live) : IAsyncLifetime
{
    private const string Variable = "BANYAN_DATABASE_TWO";

    private readonly SmallPlatform _platform = new("lent", TimeSpan.FromSeconds(10));
    private OwnPostgresServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await OwnPostgresServer.StartAsync();
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString);
        foreach (var sql in new[] { "CREATE ROLE lodger", "CREATE ROLE stranger", "CREATE DATABASE one OWNER lodger", "CREATE DATABASE two OWNER lodger" })
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Up_DatabasesByConnectionString_KeepsWhatWasWrittenThroughARestart()
    {
        var ct = TestContext.Current.CancellationToken;
        var file = Path.Combine(_platform.Folder, "one.connection");
        await File.WriteAllTextAsync(file, Connection("one") + "\n", ct);
        var blueprint = Blueprint($"file:{file}");
        var environment = new Dictionary<string, string> { [Variable] = Connection("two") };
        var first = await UpAsync(blueprint, environment);
        first.Error.ShouldContain($"one: its database is the one that file:{file} names; Banyan neither starts nor copies it");
        first.Error.ShouldContain($"two: its database is the one that env:{Variable} names");
        PlatformProcesses.Find(_platform.Data).ShouldNotContain(p => p.CommandLine.Contains("postgres", StringComparison.Ordinal), "a private instance was started beside the given ones");

        var receipts = new Dictionary<string, string>();
        foreach (var region in new[] { "one", "two" })
            receipts[region] = await WriteAsync(region);
        foreach (var region in new[] { "one", "two" })
            (await CountEntriesAsync(region)).ShouldBeGreaterThan(0, $"nothing of {region} is in the database that was given for it");

        (await _platform.RunAsync("down")).ExitCode.ShouldBe(0);
        await UpAsync(blueprint, environment);
        foreach (var (region, receipt) in receipts)
        {
            using var found = await _platform.Http.GetAsync(SmallPlatform.At(region, $"journal/v1/receipts/{receipt}"), ct);
            found.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await _platform.Http.GetStringAsync(SmallPlatform.At(region, $"disaster/v1/alerts/{Uri.EscapeDataString(CapAlert.Sender)}/given-{region}"), ct)).ShouldContain($"given-{region}");
        }

        (await _platform.RunAsync("down")).ExitCode.ShouldBe(0);

        // Taken away again: nothing begins anew in its place.
        await RefusedAsync(blueprint, [], "the database of two was given by env:BANYAN_DATABASE_TWO, and is not any more: give it again (set BANYAN_DATABASE_TWO, or write it into the blueprint), or use another folder with --data");
    }

    [Fact]
    public async Task Up_DatabaseThatCannotBeUsed_IsOneLineEach()
    {
        var good = Connection("one");
        var nobody = $"Host=127.0.0.1;Port={FreePort.Take().ToString(CultureInfo.InvariantCulture)};Database=one;Username=x";
        await RefusedWithAsync(good, new(good) { Database = "two", Password = "not-the-password" }, $"the database of two can't be used: The PostgreSQL of env:{Variable} refuses the login: check user and password of the connection string");
        await RefusedWithAsync(good, new(good) { Database = "two", Options = "-c role=stranger" }, $"the database of two can't be used: Role 'stranger' of env:{Variable} may not create schemas: GRANT CREATE ON DATABASE \"two\" TO \"stranger\"");
        await RefusedWithAsync(good, await StandbyAsync(), $"the database of two can't be used: The PostgreSQL of env:{Variable} is a standby: give the address of its primary");
        await RefusedWithAsync(good, new(good), "one and two were given the same database, one: each partition needs one of its own");
        await RefusedWithAsync(good, new(good) { Database = "three" }, $"the database of two can't be used: env:{Variable} does not answer: 3D000: database \"three\" does not exist");
        var refused = await _platform.TryUpAsync(Blueprint(nobody), new() { [Variable] = good });
        refused.ExitCode.ShouldBe(2, refused.ToString());
        refused.ErrorLines.ShouldHaveSingleItem().ShouldStartWith($"banyan: the database of one can't be used: {nobody} does not answer: ");
        await RefusedAsync(Blueprint("env:NOBODY_SETS_THIS"), new() { [Variable] = good }, "the database of one can't be used: The connection string of env:NOBODY_SETS_THIS is missing: set it, such as Host=db.example.org;Database=banyan;Username=banyan;Password=SECRET");
        var secret = await _platform.TryUpAsync(Blueprint(good), []);
        secret.ErrorLines.ShouldHaveSingleItem().ShouldContain("a blueprint is no place for a password");
        secret.ToString().ShouldNotContain(new NpgsqlConnectionStringBuilder(good).Password!);
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>As a role that owns its database and is no superuser: the server lets only its superuser in, who takes that role.</summary>
    private string Connection(string database) =>
        new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = database, Options = "-c role=lodger", IncludeErrorDetail = false }.ConnectionString;

    /// <summary>A real standby: one of the platform that runs beside.</summary>
    private async Task<NpgsqlConnectionStringBuilder> StandbyAsync()
    {
        var state = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(live.Data, "platform.json")))!;
        var partition = state["partitions"]![0]!;
        var name = partition["name"]!.GetValue<string>();
        await live.WaitUntilHomeAsync(name);
        var standby = partition["databases"]!.AsArray().First(d => d!["region"]!.GetValue<string>() != name)!;
        return live.LoginOfCell(standby["region"]!.GetValue<string>(), standby["port"]!.GetValue<int>());
    }

    private static string Blueprint(string connection) => $$"""
            regions:
              one: { at: Accra, jurisdiction: GH, database: { connection: "{{connection.Replace("\"", "\\\"", StringComparison.Ordinal)}}" } }
              two: { at: Lagos, jurisdiction: NG, standby: one }
            """;

    private async Task RefusedWithAsync(string one, NpgsqlConnectionStringBuilder two, string complaint)
    {
        var file = Path.Combine(_platform.Folder, "one.connection");
        await File.WriteAllTextAsync(file, one);
        await RefusedAsync(Blueprint($"file:{file}"), new() { [Variable] = two.ConnectionString }, complaint);
    }

    private async Task RefusedAsync(string blueprint, Dictionary<string, string> environment, string complaint)
    {
        var refused = await _platform.TryUpAsync(blueprint, environment);
        refused.ExitCode.ShouldBe(2, refused.ToString());
        refused.ErrorLines.ShouldBe([$"banyan: {complaint}"]);
        PlatformProcesses.Find(_platform.Data).ShouldBeEmpty();
    }

    private async Task<CommandOutput> UpAsync(string blueprint, Dictionary<string, string> environment)
    {
        var up = await _platform.TryUpAsync(blueprint, environment);
        up.ExitCode.ShouldBe(0, up.ToString());
        return up;
    }

    private async Task<string> WriteAsync(string region)
    {
        using var alert = CapAlert.Create($"given-{region}");
        using var answer = await _platform.Http.PostAsync(SmallPlatform.At(region, "disaster/v1/alerts"), alert);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        return answer.Headers.GetValues("Banyan-Receipt").Single();
    }

    private async Task<long> CountEntriesAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(Connection(database));
        await using var command = source.CreateCommand("SELECT count(*) FROM journal.entry");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
