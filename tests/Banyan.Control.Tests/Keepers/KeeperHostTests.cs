using System.Net;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Tests.Keepers;

/// <summary>Keepers in processes of their own, with real databases, that are left alone.</summary>
public sealed class KeeperHostTests
{
    [Fact]
    public async Task RunAsync_TwoRegions_EachIsTheOthersStandbyAndNothingIsLeftAtTheEnd()
    {
        await using var world = KeeperWorld.Create();
        var east = world.StartKeeper(KeeperWorld.East);
        // The standby's keeper alone: its standby is up and waits for the primary of the other region, which is nobody's failure.
        var south = default(System.Diagnostics.Process);
        var waiting = await world.WaitAsync(KeeperWorld.South, KeeperWorld.East, d => d is { State: "running", Detail: not null });
        (waiting.Detail, waiting.Restarts, waiting.LagBytes).ShouldBe(($"does not receive from its primary on port {world.Port(KeeperWorld.South, KeeperWorld.South)}", 0, null));
        await world.UntilAsync(async () => await world.HealthAsync(KeeperWorld.East, "ready") == HttpStatusCode.OK);

        south = world.StartKeeper(KeeperWorld.South);
        foreach (var (partition, region) in new[] { (KeeperWorld.East, KeeperWorld.South), (KeeperWorld.South, KeeperWorld.East) })
        {
            var standby = await world.WaitAsync(partition, region, d => d is { State: "running", Detail: null, LagBytes: 0 });
            (standby.Role, standby.LagSeconds, standby.Port, standby.Pid).ShouldBe(("standby", 0d, world.Port(partition, region), world.PostmasterOf(partition, region)));
            standby.ServerVersion.ShouldNotBeNullOrEmpty();
        }

        var primary = (await world.DatabaseAsync(KeeperWorld.East, KeeperWorld.East)).ShouldNotBeNull();
        (primary.Role, primary.State, primary.Restarts, primary.Detail).ShouldBe(("primary", "running", 0, null));
        primary.SizeBytes.ShouldNotBeNull().ShouldBeGreaterThan(1_000_000);

        await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
        await world.UntilAsync(async () => await world.RunAsync(KeeperWorld.East, KeeperWorld.South, "SELECT to_regclass('t') IS NOT NULL") is true
            && await world.RunAsync(KeeperWorld.East, KeeperWorld.South, "SELECT count(*) FROM t") is 1000L);

        await KeeperWorld.EndAsync(east);
        await KeeperWorld.EndAsync(south);
        (east.ExitCode, south.ExitCode).ShouldBe((0, 0), string.Join('\n', world.Words));
        world.Servers().ShouldBeEmpty();
        world.Words.ShouldNotContain(w => w.Contains("did not stop cleanly", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_ExternalDatabase_IsWatchedAndOutlivesTheKeeper()
    {
        await using var world = KeeperWorld.Create(standbys: false);
        var file = Path.Combine(world.Data.Root, "connection");
        await File.WriteAllTextAsync(file, await Testing.PostgresServer.CreateDatabaseAsync());
        world.Change(s => s with { Partitions = [s.Partitions[0] with { Databases = [new() { Region = KeeperWorld.East, ConnectionFrom = file }] }] });
        var keeper = world.StartKeeper(KeeperWorld.East);
        var database = await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running");
        (database.Pid, database.Port, database.Detail).ShouldBe((null, null, null));
        database.ServerVersion.ShouldNotBeNullOrEmpty();
        await world.UntilAsync(async () => await world.HealthAsync(KeeperWorld.East, "ready") == HttpStatusCode.OK);
        await KeeperWorld.EndAsync(keeper);
        keeper.ExitCode.ShouldBe(0);
        await using var source = Npgsql.NpgsqlDataSource.Create(await File.ReadAllTextAsync(file));
        await using var connection = await source.OpenConnectionAsync();
        Directory.Exists(world.Data.Databases).ShouldBeFalse();
    }

    [Theory]
    [InlineData("nowhere", null, "knows no region of this name")]
    [InlineData(KeeperWorld.East, "/nowhere", "does not hold PostgreSQL")]
    [InlineData(KeeperWorld.East, null, "is taken by another process")]
    public async Task RunAsync_WhatItNeedsIsMissing_EndsWithOneLineAndExitCode2(string region, string? bin, string reason)
    {
        await using var world = KeeperWorld.Create(standbys: false);
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, world.State.Regions[0].KeeperPort);
        listener.Start();
        var keeper = world.StartKeeper(region, bin is null ? [] : new() { [PostgresInstallation.BinVariable] = bin });
        await keeper.WaitForExitAsync();
        keeper.ExitCode.ShouldBe(2);
        await world.UntilAsync(() => Task.FromResult(world.Words.Any(w => w.Contains("\"Critical\"", StringComparison.Ordinal))));
        world.Words.Single(w => w.Contains("\"Critical\"", StringComparison.Ordinal)).ShouldContain(reason);
        world.Servers().ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_FoldersThatItMayNotTouch_AreFailedWithTheReasonAndTheOthersRun()
    {
        await using var world = KeeperWorld.Create();
        var foreign = Directory.CreateDirectory(world.Folder(KeeperWorld.South, KeeperWorld.East)).FullName;
        await File.WriteAllTextAsync(Path.Combine(foreign, "thesis.txt"), "precious");
        var keeper = world.StartKeeper(KeeperWorld.East);
        var refused = await world.WaitAsync(KeeperWorld.South, KeeperWorld.East, d => d.State == "failed");
        refused.Detail.ShouldNotBeNull().ShouldContain("was left untouched");
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running");
        await world.UntilAsync(async () => await world.HealthAsync(KeeperWorld.East, "ready") == HttpStatusCode.OK);
        await KeeperWorld.EndAsync(keeper);

        // The platform now wants a standby where the primary's data is.
        world.Change(s => s with { Partitions = [s.Partitions[0] with { Primary = KeeperWorld.South }] });
        keeper = world.StartKeeper(KeeperWorld.East);
        refused = await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "failed");
        refused.Detail.ShouldNotBeNull().ShouldContain("holds a primary");
        await KeeperWorld.EndAsync(keeper);
        keeper.ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(Path.Combine(foreign, "thesis.txt"))).ShouldBe("precious");
        File.Exists(Path.Combine(world.Folder(KeeperWorld.East, KeeperWorld.East), "standby.signal")).ShouldBeFalse();
    }
}
