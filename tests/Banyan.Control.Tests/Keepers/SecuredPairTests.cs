using Banyan.Control.Certificates;
using Banyan.Control.Keepers;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Control.Tests.Keepers;

/// <summary>What keepers do with databases, where connections are secured.</summary>
public sealed class SecuredPairTests
{
    private const string East = MovingPair.East;
    private const string South = MovingPair.South;

    [Fact]
    public async Task HandOver_AndBack_NothingIsLostAndEverythingIsEncrypted()
    {
        await using var pair = await MovingPair.StartAsync(secured: true);
        await pair.RunAsync(East, "CREATE TABLE t AS SELECT 1 AS id");
        foreach (var (from, to) in new[] { (East, South), (South, East) })
        {
            await pair.StreamsAsync(to);
            (await pair.RunAsync(from, "SELECT count(*) FROM pg_stat_ssl WHERE NOT ssl AND pid IN (SELECT pid FROM pg_stat_activity WHERE client_addr IS NOT NULL)", PostgresRoles.Keeper)).ShouldBe(0L);
            (await pair.RunAsync(from, "SELECT string_agg(s.version, ',') FROM pg_stat_replication r JOIN pg_stat_ssl s USING (pid)", PostgresRoles.Keeper)).ShouldBe("TLSv1.3");
            await pair.HandOverAsync(from, to);
            await pair.RunAsync(to, "INSERT INTO t VALUES (2)");
            await pair.StreamsAsync(from);
        }

        (await pair.RunAsync(South, "SELECT count(*) FROM t")).ShouldBe(3L);
    }

    /// <summary>Read by its keeper alone, rewound, streaming again: each is a way of its own to connect.</summary>
    [Fact]
    public async Task PrimaryKilledUnderWrites_OnReturn_WhatOnlyItHadIsKeptAndItStreamsAgain()
    {
        await using var pair = await MovingPair.StartAsync(secured: true);
        HashSet<Guid> acknowledged;
        await using (var before = await JournalWriter.StartAsync(pair, East, epoch: 1))
        {
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > 20));
            pair.Freeze(East, "walsender");
            var frozen = before.Acknowledged.Count;
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > frozen + 50));
            pair.Lose(East, pair.TakenOverBy(South));
            await before.StopAsync();
            acknowledged = [.. before.Acknowledged];
        }

        pair.Move(pair.Record, South);
        await pair.UntilAsync(South, f => f.Role == DatabaseRole.Primary);
        await pair.StreamsAsync(East);
        await using var after = await JournalWriter.StartAsync(pair, South, epoch: 2, sessions: 1);
        var survived = await after.IdsAsync();
        var kept = (await after.Stranded.ListAsync(0, 500, null, CancellationToken.None)).Select(k => k.Change.Id).ToHashSet();
        kept.Count.ShouldBeGreaterThan(0);
        acknowledged.Except(survived).Except(kept).ShouldBeEmpty();
        pair.World.Words.ShouldContain(w => w.Contains("rewound to its primary", StringComparison.Ordinal));
        (await pair.RunAsync(South, "SELECT tableowner::text FROM pg_tables WHERE schemaname = 'journal' AND tablename = 'stranded'")).ShouldBe(PostgresRoles.Cell);
        Directory.GetFiles(pair.World.Folder(East, East) + ".tls").Select(Path.GetFileName).ShouldBe(["root.pem", "server.pem"], ignoreOrder: true);
    }

    [Fact]
    public async Task Certificates_Renewed_ServersTakeThemUpAndNothingIsDropped()
    {
        await using var pair = await MovingPair.StartAsync(secured: true);
        await using var source = pair.World.Connect(East, East);
        await using var open = await source.OpenConnectionAsync();
        var sender = await pair.RunAsync(East, "SELECT pid FROM pg_stat_replication", PostgresRoles.Keeper);
        using (var authority = CertificateAuthority.OpenOrCreate(pair.World.Data.Certificates, pair.World.State.Platform, TimeProvider.System))
        {
            foreach (var region in new[] { East, South })
                CertificateAuthority.Write(pair.World.Data.Certificate(ProcessLinks.DatabaseOf(region)), authority.Issue(ProcessLinks.DatabaseServer(pair.World.State.Platform, region), []));
        }

        foreach (var region in new[] { East, South })
        {
            var given = Path.Combine(pair.World.Folder(East, region) + ".tls", "server.pem");
            await pair.World.UntilAsync(async () => await File.ReadAllTextAsync(given) == await File.ReadAllTextAsync(pair.World.Data.Certificate(ProcessLinks.DatabaseOf(region))));
        }

        await using var command = new NpgsqlCommand("SELECT 1", open);
        (await command.ExecuteScalarAsync()).ShouldBe(1);
        await pair.RunAsync(East, "CREATE TABLE t AS SELECT 1 AS id");
        await pair.StreamsAsync(South);
        (await pair.RunAsync(East, "SELECT pid FROM pg_stat_replication", PostgresRoles.Keeper)).ShouldBe(sender);
        pair.World.Words.Count(w => w.Contains("certificates were renewed", StringComparison.Ordinal)).ShouldBe(2);
    }

    /// <summary>A data folder of before, and back: by the next keeper's start.</summary>
    [Fact]
    public async Task Keeper_StartedWithTheOtherChoice_SwitchesItsDatabases()
    {
        await using var world = KeeperWorld.Create();
        await SwitchAsync(null, "0");
        await SwitchAsync(new Banyan.Control.Platform.TlsState(), "1");
        await SwitchAsync(null, "2");

        async Task SwitchAsync(Banyan.Control.Platform.TlsState? tls, string rows)
        {
            world.Secure(tls);
            var keepers = new[] { world.StartKeeper(East), world.StartKeeper(South) };
            await world.WaitAsync(East, East, d => d.State == "running");
            await world.WaitAsync(East, South, d => d is { State: "running", LagBytes: 0 });
            $"{await world.RunAsync(East, East, "CREATE TABLE IF NOT EXISTS t (id int); INSERT INTO t SELECT 1 RETURNING (SELECT count(*) FROM t)")}".ShouldBe(rows);
            (await world.RunAsync(East, East, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).ShouldBe(tls is not null);
            await world.UntilAsync(async () => await world.RunAsync(East, South, "SELECT to_regclass('t') IS NOT NULL") is true);
            await Task.WhenAll(keepers.Select(KeeperWorld.EndAsync));
        }
    }
}
