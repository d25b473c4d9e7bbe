using System.Text.Json;
using Banyan.Control.Keepers;
using Banyan.Engines.Postgres;
using Banyan.Journal.Stranded;

namespace Banyan.Control.Tests.Keepers;

/// <summary>An old primary comes back.</summary>
public sealed class ReturnTests
{
    private const string East = MovingPair.East;
    private const string South = MovingPair.South;

    [Fact]
    public async Task HandOver_AndBack_NothingIsLostAndNothingIsCopied()
    {
        await using var pair = await MovingPair.StartAsync();
        await pair.RunAsync(East, "CREATE TABLE t (id int)");
        foreach (var (from, to) in new[] { (East, South), (South, East), (East, South) })
        {
            await pair.RunAsync(from, "INSERT INTO t SELECT generate_series(1, 100)");
            await pair.StreamsAsync(to);
            var count = await pair.RunAsync(from, "SELECT count(*) FROM t");
            await pair.HandOverAsync(from, to);
            (await pair.RunAsync(to, "SELECT count(*) FROM t")).ShouldBe(count);
            await pair.RunAsync(to, "INSERT INTO t VALUES (0)");
            await pair.StreamsAsync(from);
        }

        // Mostly as it is; what a server writes by itself in its last moment costs a rewind, never a copy.
        pair.World.Words.ShouldNotContain(w => w.Contains("made from its primary", StringComparison.Ordinal));
        pair.World.Words.Count(w => w.Contains("a standby from now on", StringComparison.Ordinal) || w.Contains("rewound", StringComparison.Ordinal)).ShouldBe(3);
        Directory.Exists(pair.World.Data.Stranded).ShouldBeFalse();
    }

    [Fact]
    public async Task Standby_NotConsistentAndItsWalIsGoneAtThePrimary_IsCopiedAnew()
    {
        await using var pair = await MovingPair.StartAsync();
        await pair.EndAsync(South);
        // As after a rewind to a primary that has recycled what came before the histories parted.
        foreach (var segment in Directory.GetFiles(Path.Combine(pair.World.Folder(East, South), "pg_wal"), "0*"))
            File.Delete(segment);
        await pair.RunAsync(East, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active AND slot_name LIKE '%south%'", PostgresRoles.Keeper);
        for (var i = 0; i < 24; i++) // More than is kept without a slot.
            await pair.RunAsync(East, "SELECT pg_switch_wal(), pg_logical_emit_message(false, 'x', 'y')", PostgresRoles.Keeper);
        await pair.RunAsync(East, "CHECKPOINT", PostgresRoles.Keeper);
        pair.Keep(South);
        await pair.StreamsAsync(South);
        pair.World.Words.ShouldContain(w => w.Contains("made from its primary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PrimaryKilledUnderWrites_OnReturn_ExactlyWhatOnlyItHadIsKeptAndItStreamsAgain()
    {
        await using var pair = await MovingPair.StartAsync();
        HashSet<Guid> acknowledged, expected;
        await using (var before = await JournalWriter.StartAsync(pair, East, epoch: 1))
        {
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > 100));
            // From here on nothing reaches the standby, and changes are acknowledged still.
            pair.Freeze(East, "walsender");
            var frozen = before.Acknowledged.Count;
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > frozen + 200));
            pair.Lose(East, pair.TakenOverBy(South));
            await before.StopAsync();
            acknowledged = [.. before.Acknowledged];
        }

        pair.Move(pair.Record, South);
        await pair.UntilAsync(South, f => f.Role == DatabaseRole.Primary);
        await using var after = await JournalWriter.StartAsync(pair, South, epoch: 2);
        await pair.World.UntilAsync(() => Task.FromResult(after.Acknowledged.Count > 50));
        HashSet<Guid> survived = [.. (await after.IdsAsync()).Except(after.Acknowledged)];
        expected = [.. acknowledged.Where(id => !survived.Contains(id))];
        expected.Count.ShouldBeGreaterThan(100);

        await pair.StreamsAsync(East);
        var kept = await after.Stranded.ListAsync(0, StrandedChanges.MaxLimit, null, CancellationToken.None);
        var ids = kept.Select(k => k.Change.Id).ToHashSet();
        expected.Where(id => !ids.Contains(id)).ShouldBeEmpty();
        // More than was acknowledged may be there (a commit whose answer the kill cut off), never what survived.
        ids.Where(survived.Contains).ShouldBeEmpty();
        ids.Count.ShouldBeLessThanOrEqualTo(expected.Count + 3);
        kept.ShouldAllBe(k => k.State == StrandedState.Kept && k.Change.Origin == East && k.Change.Epoch == 1 && k.Change.Data == """{"a":1}""");
        kept.Where(k => k.Change.Position is not null).Select(k => k.Change.Position!.Value).ShouldBeInOrder();
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(pair.World.Data.Stranded, $"{East}@{East}.epoch1.json")));
        file.RootElement.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("id").GetGuid()).ShouldBe(kept.Select(k => k.Change.Id));
        pair.World.Words.ShouldContain(w => w.Contains("rewound to its primary", StringComparison.Ordinal));
        pair.State(East).ShouldBe(new FolderState(2));

        // It is a good standby: everything of the new primary is there, and it can be the primary again.
        await after.StopAsync();
        await pair.StreamsAsync(East);
        var count = await pair.RunAsync(South, "SELECT count(*) FROM journal.entry");
        (await pair.RunAsync(East, "SELECT count(*) FROM journal.entry")).ShouldBe(count);
        await pair.HandOverAsync(South, East);
        (await pair.RunAsync(East, "SELECT count(*) FROM journal.stranded")).ShouldBe((long)ids.Count);
    }

    [Theory]
    [InlineData(nameof(FolderPhase.Returning))]
    [InlineData(nameof(FolderPhase.Returned))]
    [InlineData(nameof(FolderPhase.Rewinding))]
    [InlineData(nameof(FolderPhase.Replacing))]
    public async Task KeeperDiedInTheMiddle_TheNextOneFinishes(string phase)
    {
        await using var pair = await MovingPair.StartAsync();
        var folder = pair.World.Folder(East, East);
        await pair.RunAsync(East, "CREATE TABLE t AS SELECT 1 AS id");
        await pair.StreamsAsync(South);
        pair.Freeze(East, "walsender");
        await pair.RunAsync(East, "INSERT INTO t VALUES (2)");
        pair.Lose(East, pair.TakenOverBy(South));
        await pair.EndAsync(East); // It waits for a new primary yet.
        pair.Remember(East, new FolderState(1, Enum.Parse<FolderPhase>(phase)) { Toward = 2 });
        switch (Enum.Parse<FolderPhase>(phase))
        {
            case FolderPhase.Returning:
                await File.WriteAllTextAsync(Path.Combine(folder, "standby.signal"), "");
                break;
            case FolderPhase.Rewinding:
                // The new primary's files are there already, and half of the tables.
                File.Copy(Path.Combine(pair.World.Folder(East, South), "banyan.json"), Path.Combine(folder, "banyan.json"), overwrite: true);
                Directory.Delete(Path.Combine(folder, "base"), recursive: true);
                break;
            case FolderPhase.Replacing:
                Directory.Move(folder, folder + ".old"); // Between the two renames.
                break;
        }

        pair.Keep(East);
        pair.Move(pair.Record, South);
        await pair.StreamsAsync(East);
        (await pair.RunAsync(East, "SELECT count(*) FROM t")).ShouldBe(1L);
        pair.State(East).ShouldBe(new FolderState(2));
        Directory.Exists(folder + ".old").ShouldBeFalse();
        await pair.HandOverAsync(South, East);
    }

    [Fact]
    public async Task KeeperKilledAtAnyMoment_TheNextOneFinishes()
    {
        await using var pair = await MovingPair.StartAsync();
        List<Guid> acknowledged;
        await using (var before = await JournalWriter.StartAsync(pair, East, epoch: 1))
        {
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > 100));
            pair.Freeze(East, "walsender");
            var frozen = before.Acknowledged.Count;
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > frozen + 100));
            pair.Lose(East, pair.TakenOverBy(South));
            await before.StopAsync();
            acknowledged = [.. before.Acknowledged];
        }

        await pair.EndAsync(East);
        pair.Move(pair.Record, South);
        await pair.UntilAsync(South, f => f.Role == DatabaseRole.Primary);
        await using var after = await JournalWriter.StartAsync(pair, South, epoch: 2, sessions: 1);
        var survived = (await after.IdsAsync()).Except(after.Acknowledged).ToHashSet();
        foreach (var pause in new[] { 150, 300, 450, 600, 750, 900 })
        {
            using var keeper = pair.KeepElsewhere(East);
            await Task.Delay(pause);
            keeper.Kill();
            await keeper.WaitForExitAsync();
        }

        pair.Keep(East);
        await pair.StreamsAsync(East);
        var kept = await after.Stranded.ListAsync(0, StrandedChanges.MaxLimit, null, CancellationToken.None);
        var ids = kept.Select(k => k.Change.Id).ToHashSet();
        ids.Count.ShouldBe(kept.Count);
        acknowledged.Where(id => !survived.Contains(id)).Except(ids).ShouldBeEmpty();
        ids.Intersect(survived).ShouldBeEmpty();
    }
}
