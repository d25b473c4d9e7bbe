namespace Banyan.Control.Drills;

/// <content>How each scenario breaks.</content>
public sealed partial class DrillRunner
{
    /// <summary>Breaks, and says what. The moment is noted just before.</summary>
    private async Task<string> BreakAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var (breaker, timeline, serving) = (run.Breaker, run.Timeline, run.Serving);
        switch (run.Options.Scenario.Name)
        {
            case "region-loss":
                timeline.Break($"every process of {serving} killed");
                breaker.KillRegion(serving);
                return serving;
            case "freeze":
                timeline.Break($"every process of {serving} stopped");
                breaker.FreezeRegion(serving);
                return serving;
            case "partition":
                timeline.Break($"{serving} cut off");
                breaker.CutOff(serving);
                return serving;
            case "cell-crash":
                timeline.Break($"the cell of {serving} killed");
                breaker.KillChildren(name => name == $"cell-{serving}");
                return $"cell-{serving}";
            case "database-crash":
                timeline.Break($"the primary in {serving} killed");
                if (!breaker.KillDatabase(run.Partition.Name, serving))
                    throw new DrillException($"there is nothing to break: the database of {run.Partition.Name} in {serving} does not run");
                return $"{run.Partition.Name}@{serving}";
            case "standby-loss":
                timeline.Break($"the standby in {string.Join(", ", run.Standbys)} killed, time and again");
                if (!run.KillStandbys())
                    throw new DrillException("there is nothing to break: the standby does not run");
                return string.Join(", ", run.Standbys.Select(r => $"{run.Partition.Name}@{r}"));
            case "control-loss":
                breaker.Hold([.. platform.Regions.Select(static r => $"keeper-{r.Name}")]);
                timeline.Break("every keeper killed");
                breaker.KillChildren(static name => name.StartsWith("keeper-", StringComparison.Ordinal));
                return "every keeper";
            case "consensus-loss":
                breaker.Hold([.. platform.Consensus!.Members.Select(static m => m.Name).Append("consensus").Distinct()]);
                timeline.Break("the consensus store killed");
                breaker.KillChildren(static name => name.StartsWith("consensus", StringComparison.Ordinal));
                return "consensus";
            case "front-door-loss":
                return BreakFrontDoor(run);
            case "disk-full":
                timeline.Break($"the disk of {run.Partition.Name} in {serving} filled");
                breaker.FillDisk(data.Database(run.Partition.Name, serving));
                return $"{run.Partition.Name}@{serving}";
            case "failback":
                await SwitchAsync(run, cancellationToken);
                return run.Partition.Name;
            default:
                throw new DrillException($"{run.Options.Scenario.Name} can't be drilled yet");
        }
    }

    /// <summary>The first front door: the one that most clients use. Where there is only one, it is started again at once.</summary>
    private string BreakFrontDoor(DrillRun run)
    {
        var doors = platform.AllFrontDoors();
        if (doors.Count > 1)
            run.Breaker.Hold(doors[0].Name);
        run.Timeline.Break($"{doors[0].Name} killed{(doors.Count > 1 ? "" : ", the only one")}");
        run.Breaker.KillFrontDoor(doors[0].Name);
        return doors[0].Name;
    }

    /// <summary>Away, where the partition is at home; and in any case home.</summary>
    private async Task SwitchAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var home = run.Partition.Name;
        var order = new DrillSwitch(platform, run.Partition.Name, time);
        run.Timeline.Break($"a switch {(run.Serving == home ? "away" : "home")} is asked for");
        if (run.Serving == home)
        {
            var away = run.Standbys.First();
            await MustAsync(order.MoveAsync(away, TimeSpan.FromSeconds(60), cancellationToken), away);
            run.Timeline.Add("moved away", away);
            observer.Phase("waiting until a standby follows");
            if (await run.Readiness.WaitAsync(WholeAgain, cancellationToken) is { } fault)
                throw new DrillException($"the platform is not whole after the partition moved to {away}: {fault}");
        }

        await MustAsync(order.MoveAsync(home, TimeSpan.FromSeconds(60), cancellationToken), home);
        run.Timeline.Add("moved home", home);

        static async Task MustAsync(Task<string?> move, string region)
        {
            if (await move is { } why)
                throw new DrillException($"the partition did not move to {region}: {why}");
        }
    }
}
