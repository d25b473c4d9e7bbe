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
}
