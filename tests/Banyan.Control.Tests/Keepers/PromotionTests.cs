using System.Diagnostics;
using Banyan.Control.Keepers;

namespace Banyan.Control.Tests.Keepers;

public sealed class PromotionTests
{
    [Fact]
    public async Task Want_PrimaryKilled_StandbyIsPromotedInPlaceOnceAndTakesWrites()
    {
        await using var pair = await MovingPair.StartAsync();
        await pair.RunAsync(MovingPair.East, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
        await pair.StreamsAsync(MovingPair.South);
        var pid = pair[MovingPair.South].Report.Pid;
        pair.Lose(MovingPair.East, pair.TakenOverBy(MovingPair.South));
        var began = Stopwatch.GetTimestamp();
        pair.Move(pair.Record, MovingPair.South);
        var facts = await pair.UntilAsync(MovingPair.South, f => f.Role == DatabaseRole.Primary);
        TestContext.Current.SendDiagnosticMessage($"promoted after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        (facts.Epoch, facts.IsRunning, pair[MovingPair.South].Report.Pid, pair[MovingPair.South].Report.Role).ShouldBe((2, true, pid, "primary"));
        await pair.RunAsync(MovingPair.South, "INSERT INTO t VALUES (1001)");
        await pair.World.UntilAsync(async () => await pair.RunAsync(MovingPair.South, "SELECT count(*) FROM pg_replication_slots", Engines.Postgres.PostgresRoles.Keeper) is 1L);
        (await File.ReadAllTextAsync(Path.Combine(pair.World.Folder(MovingPair.East, MovingPair.South), "postgresql.conf"))).ShouldNotContain("primary_conninfo");
        await pair.World.UntilAsync(() => Task.FromResult(pair.State(MovingPair.South) == new Engines.Postgres.FolderState(2)));
    }

    [Fact]
    public async Task Want_AStandbyRestsWhoseWishIsPrimary_IsStartedAndPromoted()
    {
        await using var pair = await MovingPair.StartAsync();
        await pair.RunAsync(MovingPair.East, "CREATE TABLE t AS SELECT generate_series(1, 10) AS id");
        await pair.StreamsAsync(MovingPair.South);
        await pair.EndAsync(MovingPair.South);
        pair.Lose(MovingPair.East, pair.TakenOverBy(MovingPair.South));
        pair.Keep(MovingPair.South);
        await pair.UntilAsync(MovingPair.South, f => f is { Role: DatabaseRole.Primary, IsRunning: true, Epoch: 2 });
        (await pair.RunAsync(MovingPair.South, "SELECT count(*) FROM t")).ShouldBe(10L);
        await pair.StreamsAsync(MovingPair.East);
    }

    [Fact]
    public async Task Want_LateWish_ChangesNothing()
    {
        await using var pair = await MovingPair.StartAsync();
        await pair.HandOverAsync(MovingPair.East, MovingPair.South);
        await pair.StreamsAsync(MovingPair.East);
        // Of epoch 1, when this region was the primary; and of epoch 2, where it is not.
        foreach (var epoch in new[] { 1, 2 })
        {
            pair[MovingPair.East].Want(pair.Wish(MovingPair.East) with { IsPrimary = true, Source = null, Epoch = epoch });
            (await pair.UntilAsync(MovingPair.East, f => f.Why?.Contains("holds a standby of epoch 2", StringComparison.Ordinal) == true)).Role.ShouldBe(DatabaseRole.Standby);
        }

        pair[MovingPair.East].Want(pair.Wish(MovingPair.East));
        await pair.StreamsAsync(MovingPair.East);
        pair[MovingPair.South].Want(pair.Wish(MovingPair.South) with { Epoch = 1 });
        (await pair.UntilAsync(MovingPair.South, f => f.Why?.Contains("the wish is late", StringComparison.Ordinal) == true)).Role.ShouldBe(DatabaseRole.Primary);
        (await pair.RunAsync(MovingPair.South, "SELECT pg_is_in_recovery()")).ShouldBe(false);
    }

    [Fact]
    public async Task Want_AThirdDatabase_FollowsTheNewPrimaryWithoutARestart()
    {
        await using var pair = await MovingPair.StartAsync(third: true);
        await pair.StreamsAsync(MovingPair.West);
        var pid = pair[MovingPair.West].Report.Pid;
        pair.Lose(MovingPair.East, pair.TakenOverBy(MovingPair.South));
        pair.Move(pair.Record, MovingPair.South, MovingPair.West);
        await pair.UntilAsync(MovingPair.South, f => f.Role == DatabaseRole.Primary);
        await pair.RunAsync(MovingPair.South, "CREATE TABLE t AS SELECT 1 AS id");
        await pair.World.UntilAsync(async () => await pair.RunAsync(MovingPair.West, "SELECT to_regclass('t') IS NOT NULL") is true);
        await pair.StreamsAsync(MovingPair.West);
        pair[MovingPair.West].Report.Pid.ShouldBe(pid);
        await pair.StreamsAsync(MovingPair.East);
        (await pair.UntilAsync(MovingPair.South, f => f.Standbys.Count == 2)).Standbys.ShouldAllBe(s => s.IsStreaming);
    }
}
