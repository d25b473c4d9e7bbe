using Banyan.Control.Keepers;

namespace Banyan.Control.Tests.Keepers;

/// <summary>Commits that wait for a standby.</summary>
public sealed class SynchronousTests
{
    private const string East = MovingPair.East;
    private const string South = MovingPair.South;

    [Fact]
    public async Task Want_Synchronous_CommitsWaitForTheStandbyUntilTheyAreReleased()
    {
        await using var pair = await MovingPair.StartAsync();
        await pair.RunAsync(East, "CREATE TABLE t (id int)");
        pair[East].Facts.SynchronousWith.ShouldBeNull();
        var pid = pair[East].Report.Pid;
        pair[East].Want(pair.Wish(East) with { Synchronous = South });
        var facts = await pair.UntilAsync(East, f => f.SynchronousWith == South);
        facts.Standbys.ShouldHaveSingleItem().ShouldSatisfyAllConditions(s => s.Name.ShouldBe($"{East}@{South}"), s => s.IsStreaming.ShouldBeTrue());
        await pair.RunAsync(East, "INSERT INTO t VALUES (1)");

        // The standby's disk does not answer: a commit waits.
        pair.Freeze(South, "walreceiver");
        var commit = pair.RunAsync(East, "INSERT INTO t VALUES (2)");
        await pair.World.UntilAsync(async () => await pair.RunAsync(East, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", Engines.Postgres.PostgresRoles.Keeper) is 1L);
        commit.IsCompleted.ShouldBeFalse();
        pair[East].Facts.SynchronousWith.ShouldBe(South);

        pair[East].Want(pair.Wish(East));
        pair[East].Facts.SynchronousWith.ShouldBeNull();
        await commit.WaitAsync(TimeSpan.FromSeconds(20));
        await pair.RunAsync(East, "INSERT INTO t VALUES (3)");
        pair[East].Report.Pid.ShouldBe(pid);
        pair.Thaw(South);
    }

    [Fact]
    public async Task PrimaryKilledUnderWrites_Synchronous_EveryAcknowledgedChangeIsInTheNewPrimaryAndNothingIsStranded()
    {
        await using var pair = await MovingPair.StartAsync();
        pair[East].Want(pair.Wish(East) with { Synchronous = South });
        await pair.UntilAsync(East, f => f.SynchronousWith == South);
        List<Guid> acknowledged;
        await using (var before = await JournalWriter.StartAsync(pair, East, epoch: 1))
        {
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > 200));
            pair.Lose(East, pair.TakenOverBy(South));
            await before.StopAsync();
            acknowledged = [.. before.Acknowledged];
        }

        pair.Move(pair.Record, South);
        await pair.UntilAsync(South, f => f.Role == DatabaseRole.Primary);
        await using var after = await JournalWriter.StartAsync(pair, South, epoch: 2, sessions: 1);
        acknowledged.Except(await after.IdsAsync()).ShouldBeEmpty();
        await pair.StreamsAsync(East);
        (await after.Stranded.ListAsync(0, 100, null, CancellationToken.None)).Select(s => s.Change.Id).Intersect(acknowledged).ShouldBeEmpty();
    }

    [Fact]
    public async Task PromotedWithCommitsThatWait_TheOldPrimaryReturnsAndReleasesThem()
    {
        await using var pair = await MovingPair.StartAsync();
        await using (var before = await JournalWriter.StartAsync(pair, East, epoch: 1))
        {
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > 20));
            pair.Freeze(East, "walsender"); // So that it has something to bring to the new primary.
            var frozen = before.Acknowledged.Count;
            await pair.World.UntilAsync(() => Task.FromResult(before.Acknowledged.Count > frozen + 20));
            pair.Lose(East, pair.TakenOverBy(South));
            await before.StopAsync();
        }

        await pair.EndAsync(East);
        pair.Move(pair.Record with { Synchronous = true, InSync = [East] }, South);
        await pair.UntilAsync(South, f => f.Role == DatabaseRole.Primary);
        var commit = pair.RunAsync(South, "CREATE TABLE t (id int)");
        await pair.World.UntilAsync(async () => await pair.RunAsync(South, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", Engines.Postgres.PostgresRoles.Keeper) is 1L);
        pair.Keep(East);
        await commit.WaitAsync(TimeSpan.FromSeconds(60));
        await pair.UntilAsync(South, f => f.SynchronousWith == East);
        (await pair.RunAsync(South, "SELECT count(*) FROM journal.stranded")).ShouldBeOfType<long>().ShouldBeGreaterThan(15);
    }
}
