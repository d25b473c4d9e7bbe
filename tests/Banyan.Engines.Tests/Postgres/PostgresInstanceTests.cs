using System.Net;
using System.Net.Sockets;
using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Engines.Tests.Postgres;

/// <summary>Real servers: making, starting, stopping.</summary>
public sealed class PostgresInstanceTests(Instances instances) : IClassFixture<Instances>
{
    [Fact]
    public async Task StartAsync_FromTemplate_RunsUnprivilegedInASessionOfItsOwn()
    {
        var (instance, server) = await instances.PrimaryAsync(instances.Name(), durable: true);
        var status = File.ReadLines($"/proc/{server.Pid}/status").ToList();
        status.Single(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..].ShouldAllBe(uid => uid == $"{instances.Account.Uid}");
        status.Single(l => l.StartsWith("CapEff:", StringComparison.Ordinal)).ShouldEndWith("0000000000000000");
        status.Single(l => l.StartsWith("NSsid:", StringComparison.Ordinal)).Split('\t')[^1].ShouldBe($"{server.Pid}");
        (await Instances.RunAsync(instance, "SHOW data_checksums")).ShouldBe("on");
        (await Instances.RunAsync(instance, "SHOW fsync")).ShouldBe("on");
        (await Instances.RunAsync(instance, "SELECT pg_encoding_to_char(encoding) || datcollate FROM pg_database WHERE datname = 'banyan'")).ShouldBe("UTF8C.UTF-8");
        instance.FindServer().ShouldBe(new LiveServer(server.Pid, instance.Settings.Port, IsReady: true));
    }

    [Fact]
    public async Task Access_EachRole_OnlyWhereItBelongs()
    {
        var (instance, _) = await instances.PrimaryAsync(instances.Name());
        await Instances.RunAsync(instance, "CREATE SCHEMA journal CREATE TABLE entry (id int)");
        (await Should.ThrowAsync<PostgresException>(() => Instances.RunAsync(instance, "SELECT 1", database: "postgres"))).SqlState.ShouldBe("28000");
        (await Should.ThrowAsync<PostgresException>(() => Instances.RunAsync(instance, "SELECT 1", PostgresRoles.Replication))).SqlState.ShouldBe("28000");
        (await Should.ThrowAsync<PostgresException>(() => Instances.RunAsync(instance, "SELECT pg_read_file('PG_VERSION')"))).SqlState.ShouldBe("42501");
        var wrong = new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Keeper)) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(() => connection.OpenAsync())).SqlState.ShouldBe("28P01");
        // Its words hold no password, and no statement of a session.
        var log = File.ReadAllText(Path.Combine(instance.Folder, "server.log"));
        new[] { instances.Passwords.Keeper, instances.Passwords.Cell, "pg_read_file('" }.ShouldAllBe(secret => !log.Contains(secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(StopMode.Fast, StopOutcome.Clean)]
    [InlineData(StopMode.Immediate, StopOutcome.Immediate)]
    public async Task StopAsync_WithASessionOpen_LeavesNoProcess(StopMode mode, StopOutcome outcome)
    {
        var (instance, server) = await instances.PrimaryAsync(instances.Name());
        await using var source = NpgsqlDataSource.Create(instance.ConnectionString(PostgresRoles.Cell));
        await using var session = await source.OpenConnectionAsync();
        Instances.ProcessesOf(instance.Folder).Count.ShouldBeGreaterThan(3);
        (await instance.StopAsync(server, mode, TimeSpan.FromSeconds(20))).ShouldBe(outcome);
        Instances.ProcessesOf(instance.Folder).ShouldBeEmpty();
        instance.FindServer().ShouldBeNull();
        (await instance.StopAsync(server, mode, TimeSpan.FromSeconds(20))).ShouldBe(StopOutcome.WasStopped);
    }

    [Fact]
    public async Task StopAsync_FrozenServer_IsStoppedAtOnceAfterThePatience()
    {
        var (instance, server) = await instances.PrimaryAsync(instances.Name());
        server.Process.Signal(19 /* SIGSTOP */).ShouldBeTrue();
        (await instance.StopAsync(server, StopMode.Fast, TimeSpan.FromMilliseconds(100), killPatience: TimeSpan.FromMilliseconds(100))).ShouldBe(StopOutcome.Killed);
        Instances.ProcessesOf(instance.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task StartAsync_ServerKilledWhileASessionComputes_RecoversEveryCommittedRow()
    {
        var (instance, server) = await instances.PrimaryAsync(instances.Name(), durable: true);
        await Instances.RunAsync(instance, "CREATE TABLE t (id int)");
        for (var i = 0; i < 20; i++)
            await Instances.RunAsync(instance, $"INSERT INTO t VALUES ({i})");
        // A session that computes does not notice that its server is gone, and holds its shared memory.
        var computing = Should.ThrowAsync<NpgsqlException>(() => Instances.RunAsync(instance, "SELECT count(*) FROM generate_series(1, 10000000000)"));
        await Instances.UntilAsync(async () => await Instances.RunAsync(instance, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1,%' AND pid <> pg_backend_pid() AND state = 'active'", PostgresRoles.Keeper) is 1L, "the query runs");
        Instances.Kill(server.Pid);
        await server.Exited;
        var again = await instances.StartAsync(instance);
        again.Pid.ShouldNotBe(server.Pid);
        await computing;
        (await Instances.RunAsync(instance, "SELECT count(*) FROM t")).ShouldBe(20L);
        instance.ExplainEnd(server).ShouldFail(PostgresFailure.Crashed).Message.ShouldContain("without a word");
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("us")]
    [InlineData("another server")]
    public async Task StartAsync_StalePidFile_IsNotBelieved(string whose)
    {
        var (instance, server) = await instances.PrimaryAsync(instances.Name());
        await instance.StopAsync(server, StopMode.Fast, TimeSpan.FromSeconds(20));
        var pid = whose switch
        {
            "us" => Environment.ProcessId,
            "another server" => (await instances.PrimaryAsync(instances.Name())).Server.Pid,
            _ => server.Pid,
        };
        File.WriteAllText(Path.Combine(instance.Folder, "postmaster.pid"), $"{pid}\n{instance.Folder}\n1795231389\n{instance.Settings.Port}\n\n127.0.0.1\n 11667014 5\nready   \n");
        instances.Account.Give(Path.Combine(instance.Folder, "postmaster.pid"));
        instance.FindServer().ShouldBeNull();
        instance.Adopt().ShouldBeNull();
        (await instances.StartAsync(instance)).Pid.ShouldNotBe(pid);
        (await Instances.RunAsync(instance, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Adopt_RunningServer_IsHeldAndItsEndNoticed()
    {
        var (instance, server) = await instances.PrimaryAsync(instances.Name());
        using var adopted = instance.Adopt().ShouldNotBeNull();
        (adopted.Pid, adopted.WasAdopted, adopted.IsReady).ShouldBe((server.Pid, true, true));
        (await instance.StartAsync()).ShouldFail(PostgresFailure.InUse).Message.ShouldContain($"{server.Pid}");
        adopted.Exited.IsCompleted.ShouldBeFalse();
        Instances.Kill(server.Pid);
        await adopted.Exited.WaitAsync(TimeSpan.FromSeconds(10));
        adopted.IsReady.ShouldBeFalse();
        instance.Adopt().ShouldBeNull();
    }

    [Fact]
    public async Task StartAsync_PortTaken_SaysWhich()
    {
        var instance = instances.Describe(instances.Name());
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        using var listener = new TcpListener(IPAddress.Loopback, instance.Settings.Port);
        listener.Start();
        (await instance.StartAsync()).ShouldFail(PostgresFailure.PortTaken).Message.ShouldContain($"Port {instance.Settings.Port}");
        listener.Stop();
        await instances.StartAsync(instance);
    }

    [Fact]
    public async Task StartAsync_SettingThatPostgresRefuses_IsExplained()
    {
        var instance = instances.Describe(instances.Name(), further: new Dictionary<string, string> { ["shared_buffers"] = "banana" });
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        using var server = (await instance.StartAsync()).ShouldBeValue();
        (await server.WaitReadyAsync()).ShouldBeFalse();
        instance.ExplainEnd(server).ShouldFail(PostgresFailure.Crashed).Message.ShouldContain("shared_buffers");
    }

    [Fact]
    public async Task StartAsync_FolderWithQuoteAndSpace_Works()
    {
        var instance = instances.Describe(instances.Name(), folder: Path.Combine(instances.Root, "it's a \"data\" \\folder", "pg"));
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        var server = await instances.StartAsync(instance);
        instance.FindServer()!.Pid.ShouldBe(server.Pid);
        await instance.StopAsync(server, StopMode.Fast, TimeSpan.FromSeconds(20));
        Directory.Exists(instance.Folder).ShouldBeTrue();
    }

    [Fact]
    public async Task RotateLog_LogGrew_IsSetAsideWhileTheServerRuns()
    {
        var (instance, _) = await instances.PrimaryAsync(instances.Name());
        instance.RotateLog().ShouldBeFalse();
        await File.AppendAllTextAsync(Path.Combine(instance.Folder, "server.log"), new string('x', (int)ServerLog.MaxLength));
        instance.RotateLog().ShouldBeTrue();
        new FileInfo(Path.Combine(instance.Folder, "server.log.1")).Length.ShouldBeGreaterThan(ServerLog.MaxLength);
        await Instances.RunAsync(instance, "DO $$ BEGIN RAISE LOG 'after the cut'; END $$", PostgresRoles.Keeper);
        (await File.ReadAllTextAsync(Path.Combine(instance.Folder, "server.log"))).ShouldContain("after the cut");
    }
}
