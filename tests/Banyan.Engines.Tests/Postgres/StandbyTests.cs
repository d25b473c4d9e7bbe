using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

/// <summary>Real pairs of servers.</summary>
public sealed class StandbyTests(Instances instances) : IClassFixture<Instances>
{
    [Fact]
    public async Task Standby_FromTemplate_ReceivesEveryRow()
    {
        var (primary, standby, slot) = await PairAsync(slotFirst: false);
        await Instances.RunAsync(primary, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
        // The standby was there first, as when all databases of a platform start at once: it waits for the slot.
        await using var monitor = Instances.Monitor(primary);
        (await monitor.EnsureSlotAsync(slot)).ShouldBeNull();
        (await monitor.EnsureSlotAsync(slot)).ShouldBeNull();
        await StreamsAsync(standby);
        await CountsAsync(standby, 1000);

        await using var standbyMonitor = Instances.Monitor(standby);
        await Instances.UntilAsync(async () => (await standbyMonitor.ReadAsync()).ShouldBeValue() is { LagBytes: 0 }, "it has caught up");
        var said = (await standbyMonitor.ReadAsync()).ShouldBeValue();
        (said.IsStandby, said.Lag).ShouldBe((true, TimeSpan.Zero));
        await Instances.UntilAsync(async () => (await monitor.ReadAsync()).ShouldBeValue().Slots is [{ IsActive: true, IsLost: false, LagBytes: 0 }] slots && slots[0].Name == slot, "its primary sees it");
        (await Instances.RunAsync(primary, "SELECT application_name FROM pg_stat_replication", PostgresRoles.Keeper)).ShouldBe(standby.Settings.Name);
    }

    [Fact]
    public async Task Standby_KilledWhileRowsArrive_CatchesUp()
    {
        var (primary, standby, _) = await PairAsync();
        var server = standby.Adopt().ShouldNotBeNull();
        await Instances.RunAsync(primary, "CREATE TABLE t (id int)");
        await CountsAsync(standby, 0);
        Instances.Kill(server.Pid);
        await server.Exited;
        await Instances.RunAsync(primary, "INSERT INTO t SELECT generate_series(1, 5000)");
        await instances.StartAsync(standby);
        await CountsAsync(standby, 5000);
    }

    [Fact]
    public async Task Standby_WiredToAnotherPartitionsPrimary_GetsNothing()
    {
        // Both primaries are copies of one template: system identifier and positions fit, only the slot does not.
        var (wrong, _) = await instances.PrimaryAsync(instances.Name());
        await using var monitor = Instances.Monitor(wrong);
        (await monitor.EnsureSlotAsync("other_at_there")).ShouldBeNull();
        await Instances.RunAsync(wrong, "CREATE TABLE t AS SELECT 1 AS id");
        var standby = await StandbyAsync(instances.Name(), wrong.Settings.Port, "mine_at_there");
        var log = Path.Combine(standby.Folder, "server.log");
        await Instances.UntilAsync(() => Task.FromResult(File.ReadAllText(log).Contains("replication slot \"mine_at_there\" does not exist", StringComparison.Ordinal)), "the primary refuses it");
        await using var standbyMonitor = Instances.Monitor(standby);
        var said = (await standbyMonitor.ReadAsync()).ShouldBeValue();
        (said.IsStreaming, said.LagBytes, said.Lag).ShouldBe((false, null, null));
        (await Instances.RunAsync(standby, "SELECT to_regclass('t') IS NULL")).ShouldBe(true);
    }

    [Fact]
    public async Task Adopt_StandbyWhosePrimaryIsElsewhereNow_FollowsItWithoutARestart()
    {
        var name = instances.Name();
        var (primary, _) = await instances.PrimaryAsync(name);
        await using var monitor = Instances.Monitor(primary);
        (await monitor.EnsureSlotAsync("x_at_there")).ShouldBeNull();
        var before = await StandbyAsync(name, port: 1, "x_at_there");
        var server = before.Adopt().ShouldNotBeNull();
        var now = new PostgresInstance(
            instances.Installation, instances.Account, before.Folder, new DataFolderMark(instances.InstanceId, name, "there"), instances.Passwords,
            before.Settings with { StandbyOf = new StandbySource("127.0.0.1", primary.Settings.Port, "x_at_there") });
        using var adopted = now.Adopt().ShouldNotBeNull();
        await StreamsAsync(now);
        (adopted.Pid, server.Exited.IsCompleted).ShouldBe((server.Pid, false));
        server.Dispose();
    }

    [Fact]
    public async Task ReadAsync_ServerWasRestartedBetween_IsAskedOnANewSession()
    {
        var (primary, server) = await instances.PrimaryAsync(instances.Name());
        await using var monitor = new PostgresMonitor(primary.ConnectionString(PostgresRoles.Keeper), "x", keepSession: true);
        (await monitor.ReadAsync()).ShouldBeValue();
        await primary.StopAsync(server, StopMode.Immediate, TimeSpan.Zero);
        (await monitor.ReadAsync()).ShouldFail(PostgresFailure.Unreachable);
        await instances.StartAsync(primary);
        (await monitor.ReadAsync()).ShouldBeValue();
        await primary.StopAsync(primary.Adopt()!, StopMode.Immediate, TimeSpan.Zero);
        await instances.StartAsync(primary);
        (await monitor.ReadAsync()).ShouldBeValue();
    }

    [Fact]
    public async Task MakeFromPrimaryAsync_PrimaryHasMovedOn_ReplacesTheStandby()
    {
        var (primary, _) = await instances.PrimaryAsync(instances.Name(), Impatient);
        var standby = await StandbyAsync(primary.Settings.Name.Split('@')[0], primary.Settings.Port, "late_at_there");
        await using var monitor = Instances.Monitor(primary);
        await using var standbyMonitor = Instances.Monitor(standby);
        var position = (await standbyMonitor.ReadAsync()).ShouldBeValue().Position;
        (await monitor.HasWalAfterAsync(position)).ShouldBe(true);

        // No slot keeps the first WAL: three segments later it is gone.
        await Instances.RunAsync(primary, "CREATE TABLE t AS SELECT generate_series(1, 300) AS id");
        for (var i = 0; i < 3; i++)
            await Instances.RunAsync(primary, "SELECT pg_switch_wal(), pg_logical_emit_message(false, 'x', 'y')", PostgresRoles.Keeper);
        await Instances.RunAsync(primary, "CHECKPOINT", PostgresRoles.Keeper);
        (await monitor.HasWalAfterAsync(position)).ShouldBe(false);

        (await standby.MakeFromPrimaryAsync()).ShouldFail(PostgresFailure.InUse);
        await standby.StopAsync(standby.Adopt()!, StopMode.Fast, TimeSpan.FromSeconds(20));
        (await monitor.EnsureSlotAsync("late_at_there")).ShouldBeNull();
        (await standby.MakeFromPrimaryAsync()).ShouldBeNull();
        await instances.StartAsync(standby);
        await StreamsAsync(standby);
        await CountsAsync(standby, 300);
        (Directory.Exists(standby.Folder + ".new"), Directory.Exists(standby.Folder + ".old")).ShouldBe((false, false));
    }

    [Fact]
    public async Task EnsureSlotAsync_SlotHeldBackTooMuch_IsLostAndMadeAnew()
    {
        var (primary, _) = await instances.PrimaryAsync(instances.Name(), Impatient);
        await using var monitor = Instances.Monitor(primary);
        (await monitor.EnsureSlotAsync("away_at_there")).ShouldBeNull();
        for (var i = 0; i < 5; i++)
            await Instances.RunAsync(primary, "SELECT pg_switch_wal(), pg_logical_emit_message(false, 'x', 'y')", PostgresRoles.Keeper);
        await Instances.RunAsync(primary, "CHECKPOINT", PostgresRoles.Keeper);
        (await monitor.ReadAsync()).ShouldBeValue().Slots.ShouldHaveSingleItem().IsLost.ShouldBeTrue();
        (await monitor.EnsureSlotAsync("away_at_there")).ShouldBeNull();
        (await monitor.ReadAsync()).ShouldBeValue().Slots.ShouldHaveSingleItem().IsLost.ShouldBeFalse();
    }

    [Fact]
    public async Task MakeFromPrimaryAsync_PrimaryIsDown_IsAnErrorAndLeavesTheStandby()
    {
        var standby = instances.Describe(instances.Name(), "there", new StandbySource("127.0.0.1", 1, "x_at_there"));
        (await standby.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        (await standby.MakeFromPrimaryAsync()).ShouldFail(PostgresFailure.CommandFailed).Message.ShouldContain("pg_basebackup from port 1");
        standby.ReadFolder().ShouldBe(new DataFolderFacts(DataFolderKind.Ready, IsStandby: true));
    }

    /// <summary>WAL goes as soon as nobody needs it.</summary>
    private static IReadOnlyDictionary<string, string> Impatient => new Dictionary<string, string>
    {
        ["min_wal_size"] = "32MB", ["max_wal_size"] = "32MB", ["max_slot_wal_keep_size"] = "16MB", ["wal_keep_size"] = "0",
    };

    private async Task<(PostgresInstance Primary, PostgresInstance Standby, string Slot)> PairAsync(bool slotFirst = true)
    {
        var name = instances.Name();
        var (primary, _) = await instances.PrimaryAsync(name);
        var slot = ReplicationSlot.NameOf(name, "there");
        await using var monitor = Instances.Monitor(primary);
        if (slotFirst)
            (await monitor.EnsureSlotAsync(slot)).ShouldBeNull();
        var standby = await StandbyAsync(name, primary.Settings.Port, slot);
        if (slotFirst)
            await StreamsAsync(standby);
        return (primary, standby, slot);
    }

    private async Task<PostgresInstance> StandbyAsync(string partition, int port, string slot)
    {
        var standby = instances.Describe(partition, "there", new StandbySource("127.0.0.1", port, slot));
        (await standby.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        await instances.StartAsync(standby);
        return standby;
    }

    private static async Task StreamsAsync(PostgresInstance standby)
    {
        await using var monitor = Instances.Monitor(standby);
        await Instances.UntilAsync(async () => (await monitor.ReadAsync()).ShouldBeValue().IsStreaming, "it streams");
    }

    private static Task CountsAsync(PostgresInstance standby, long rows) => Instances.UntilAsync(
        async () => await Instances.RunAsync(standby, "SELECT to_regclass('t') IS NOT NULL") is true && await Instances.RunAsync(standby, "SELECT count(*) FROM t") is long count && count == rows,
        $"it has {rows} rows");
}
