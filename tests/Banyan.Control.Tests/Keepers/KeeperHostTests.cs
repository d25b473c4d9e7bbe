using System.Net;

namespace Banyan.Control.Tests.Keepers;

public class KeeperHostTests
{
    [Fact]
    public async Task RunAsync_TwoRegions_EachIsTheOthersStandby()
    {
        await using var world = KeeperWorld.Create();
        var east = world.StartKeeper(KeeperWorld.East);
        var south = world.StartKeeper(KeeperWorld.South);
        await world.WaitAsync(KeeperWorld.East, KeeperWorld.South, d => d is { State: "running", Detail: null, LagBytes: not null });
        await world.WaitAsync(KeeperWorld.South, KeeperWorld.East, d => d is { State: "running", Detail: null, LagBytes: not null });
        (await world.HealthAsync(KeeperWorld.East, "ready")).ShouldBe(HttpStatusCode.OK);

        await using (var primary = world.Connect(KeeperWorld.East, KeeperWorld.East))
        {
            await using var command = primary.CreateCommand("CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
            await command.ExecuteNonQueryAsync();
        }

        await using (var standby = world.Connect(KeeperWorld.East, KeeperWorld.South))
        {
            await world.UntilAsync(async () =>
            {
                await using var count = standby.CreateCommand("SELECT CASE WHEN to_regclass('t') IS NULL THEN 0 ELSE (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM t', false, true, '')))[1]::text::int END");
                return await count.ExecuteScalarAsync() is 1000;
            });
        }

        east.StandardInput.Close();
        south.StandardInput.Close();
        await east.WaitForExitAsync();
        await south.WaitForExitAsync();
        (east.ExitCode, south.ExitCode).ShouldBe((0, 0));
        world.Servers().ShouldBeEmpty();
    }
}
