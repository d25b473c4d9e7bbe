namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>Bad days, drawn from the world's seed: crashes, freezes, cut-off regions, a slow network, a store that goes away; one after the other and several at once.</summary>
internal sealed class Faults(int perMinute)
{
    private long _next = 5_000;
    private long _storeUpAt;

    public void Apply(SimWorld world)
    {
        if (world.Store.IsDown)
        {
            world.StoreAmissAt = world.Now;
            world.Store.IsDown = world.Now < _storeUpAt;
        }

        foreach (var region in world.Regions)
        {
            if (!world.Reaches(region) || IsAmiss(region.Cell, world.Now) || IsAmiss(region.Keeper, world.Now) || region.Databases.Any(d => IsAmiss(d.Process, world.Now)) || region.Delay > 50)
                region.AmissAt = world.Now;
        }

        if (world.Now < _next)
            return;
        _next = world.Now + world.Random.Next(1, 120_000 / perMinute);
        Strike(world);
    }

    private void Strike(SimWorld world)
    {
        var (random, now) = (world.Random, world.Now);
        var region = world.Regions[random.Next(world.Regions.Count)];
        region.AmissAt = now;
        switch (random.Next(11))
        {
            case 0 or 1: // The whole region, for a while or for long.
                var back = now + random.Next(500, 20_000);
                foreach (var process in Processes(region))
                    Kill(process, back + random.Next(1_000));
                break;
            case 2:
                Kill(region.Cell, now + random.Next(300, 3_000));
                break;
            case 3:
                Kill(region.Keeper, now + random.Next(300, 8_000));
                break;
            case 4:
                region.Databases[random.Next(region.Databases.Count)].Process.IsDead = true; // Its keeper brings it back.
                break;
            case 5: // Freeze all of it.
                var until = now + random.Next(100, 15_000);
                foreach (var process in Processes(region))
                    process.FrozenUntil = until + random.Next(50);
                break;
            case 6: // Freeze one process.
                var one = Processes(region).ElementAt(random.Next(2 + region.Databases.Count));
                one.FrozenUntil = now + random.Next(100, 10_000);
                break;
            case 7:
                region.CutAt = world.Reaches(region) ? now : region.CutAt;
                region.CutUntil = now + random.Next(100, 15_000);
                break;
            case 9: // From the store alone.
                region.CutAt = world.Reaches(region) ? now : region.CutAt;
                region.StoreCutUntil = now + random.Next(100, 40_000);
                break;
            case 8:
                region.Delay = random.Next(3) == 0 ? 5 : random.Next(50, 800);
                break;
            default:
                world.Store.IsDown = true;
                world.StoreAmissAt = now;
                _storeUpAt = now + random.Next(50, 4_000);
                break;
        }
    }

    /// <summary>All is put right.</summary>
    public static void Heal(SimWorld world)
    {
        world.Store.IsDown = false;
        world.StoreAmissAt = world.Now;
        foreach (var region in world.Regions)
        {
            (region.CutUntil, region.StoreCutUntil, region.Delay, region.AmissAt) = (0, 0, 5, world.Now);
            foreach (var process in Processes(region))
            {
                process.FrozenUntil = 0;
                if (process.IsDead)
                    process.RestartAt = world.Now + world.Random.Next(100, 1_500);
            }
        }
    }

    private static bool IsAmiss(SimProcess process, long now) => process.IsDead || now < process.FrozenUntil;

    private static IEnumerable<SimProcess> Processes(SimRegion region) => [region.Cell, region.Keeper, .. region.Databases.Select(static d => d.Process)];

    private static void Kill(SimProcess process, long restartAt) => (process.IsDead, process.RestartAt, process.FrozenUntil) = (true, restartAt, 0);
}
