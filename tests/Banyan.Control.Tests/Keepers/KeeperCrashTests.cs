using System.Diagnostics;
using System.Net;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Tests.Keepers;

/// <summary>Real processes, killed with -9 while rows are written.</summary>
public sealed class KeeperCrashTests
{
    [Fact]
    public async Task ServerKilled_WhileRowsAreWritten_IsStartedAgainAndNoAcknowledgedRowIsLost()
    {
        await using var world = KeeperWorld.Create(standbys: false);
        world.StartKeeper(KeeperWorld.East);
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running");
        await using var writer = await Writer.StartAsync(world.Connect(KeeperWorld.East, KeeperWorld.East));
        for (var round = 1; round <= 2; round++)
        {
            var (before, pid) = (writer.Acknowledged.Count, world.PostmasterOf(KeeperWorld.East, KeeperWorld.East)!.Value);
            await world.UntilAsync(() => Task.FromResult(writer.Acknowledged.Count > before + 50));
            KeeperWorld.Kill(pid);
            var again = await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running" && d.Pid != pid && d.Restarts == round);
            again.Pid.ShouldBe(world.PostmasterOf(KeeperWorld.East, KeeperWorld.East));
            var killed = writer.Acknowledged.Count;
            await world.UntilAsync(() => Task.FromResult(writer.Acknowledged.Count > killed + 50));
        }

        writer.Failures.ShouldBeGreaterThan(0);
        (await writer.StopAndFindLostAsync()).ShouldBeEmpty();
        await world.UntilAsync(async () => await world.HealthAsync(KeeperWorld.East, "ready") == HttpStatusCode.OK);
    }

    [Fact]
    public async Task EverythingKilled_WhileRowsAreWritten_TheNextKeepersHaveEveryAcknowledgedRowOnBothSides()
    {
        await using var world = KeeperWorld.Create();
        Process[] keepers = [world.StartKeeper(KeeperWorld.East), world.StartKeeper(KeeperWorld.South)];
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.South, d => d is { State: "running", LagBytes: not null });
        await using var writer = await Writer.StartAsync(world.Connect(KeeperWorld.East, KeeperWorld.East));
        await world.UntilAsync(() => Task.FromResult(writer.Acknowledged.Count > 100));
        foreach (var keeper in keepers)
            keeper.Kill();
        foreach (var pid in world.Servers())
            KeeperWorld.Kill(pid);
        foreach (var keeper in keepers)
            await keeper.WaitForExitAsync();
        await world.UntilAsync(() => Task.FromResult(world.Servers().Count == 0));
        var before = writer.Acknowledged.Count;

        world.StartKeeper(KeeperWorld.East);
        world.StartKeeper(KeeperWorld.South);
        await world.UntilAsync(() => Task.FromResult(writer.Acknowledged.Count > before + 50));
        (await writer.StopAndFindLostAsync()).ShouldBeEmpty();
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.South, d => d is { State: "running", LagBytes: 0 });
        var count = await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "SELECT count(*) FROM written");
        await world.UntilAsync(async () => Equals(await world.RunAsync(KeeperWorld.East, KeeperWorld.South, "SELECT count(*) FROM written"), count));
    }

    [Fact]
    public async Task KeeperKilled_DatabasesGoOnAndTheNextKeeperAdoptsThem()
    {
        await using var world = KeeperWorld.Create();
        var first = world.StartKeeper(KeeperWorld.East);
        var primary = (await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running")).Pid;
        var standby = (await world.WaitAsync(KeeperWorld.South, KeeperWorld.East, d => d.State == "running")).Pid;
        first.Kill();
        await first.WaitForExitAsync();
        (await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "SELECT 1")).ShouldBe(1);

        var second = world.StartKeeper(KeeperWorld.East);
        (await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running")).ShouldSatisfyAllConditions(d => d.Pid.ShouldBe(primary), d => d.Restarts.ShouldBe(0));
        (await world.WaitAsync(KeeperWorld.South, KeeperWorld.East, d => d.State == "running")).Pid.ShouldBe(standby);

        // It watches the adopted as its own.
        KeeperWorld.Kill(primary!.Value);
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running" && d.Pid != primary && d.Restarts == 1);
        await KeeperWorld.EndAsync(second);
        second.ExitCode.ShouldBe(0);
        world.Servers().ShouldBeEmpty();
    }

    [Fact]
    public async Task PortChanged_WhileTheKeeperWasDown_ServerIsRestartedOnTheNewOne()
    {
        await using var world = KeeperWorld.Create(standbys: false);
        var first = world.StartKeeper(KeeperWorld.East);
        var pid = (await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running")).Pid;
        first.Kill();
        await first.WaitForExitAsync();
        world.Change(s => s with { Partitions = [s.Partitions[0] with { Databases = [new() { Region = KeeperWorld.East, Port = Testing.FreePort.Take() }] }] });
        world.StartKeeper(KeeperWorld.East);
        (await world.WaitAsync(KeeperWorld.East, KeeperWorld.East, d => d.State == "running")).Pid.ShouldNotBe(pid);
        (await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "SHOW port")).ShouldBe($"{world.Port(KeeperWorld.East, KeeperWorld.East)}");
    }

    [Fact]
    public async Task StandbyAwayForTooLong_IsMadeAnewFromItsPrimary()
    {
        await using var world = KeeperWorld.Create();
        world.StartKeeper(KeeperWorld.East);
        var south = world.StartKeeper(KeeperWorld.South);
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.South, d => d is { State: "running", LagBytes: not null });
        await KeeperWorld.EndAsync(south);

        // Its primary moves on, with little patience for who is away.
        foreach (var setting in new[] { "min_wal_size = '32MB'", "max_wal_size = '32MB'", "max_slot_wal_keep_size = '16MB'", "wal_keep_size = '16MB'" })
            await world.RunAsync(KeeperWorld.East, KeeperWorld.East, $"ALTER SYSTEM SET {setting}", PostgresRoles.Keeper);
        await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "SELECT pg_reload_conf()", PostgresRoles.Keeper);
        await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "CREATE TABLE t AS SELECT generate_series(1, 500) AS id");
        for (var i = 0; i < 6; i++)
            await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "SELECT pg_switch_wal(), pg_logical_emit_message(false, 'x', 'y')", PostgresRoles.Keeper);
        await world.RunAsync(KeeperWorld.East, KeeperWorld.East, "CHECKPOINT", PostgresRoles.Keeper);

        world.StartKeeper(KeeperWorld.South);
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.South, d => d is { State: "running", Detail: null, LagBytes: 0 });
        (await world.RunAsync(KeeperWorld.East, KeeperWorld.South, "SELECT count(*) FROM t")).ShouldBe(500L);
        world.Words.ShouldContain(w => w.Contains("it is made anew", StringComparison.Ordinal));
    }
}
