using System.Globalization;
using Banyan.Control.Tests.Failover.Simulation;

namespace Banyan.Control.Tests.Failover;

/// <summary>It takes every core for itself: what else is tested meanwhile would find everything late.</summary>
[CollectionDefinition(nameof(SimulationCollection), DisableParallelization = true)]
public sealed class SimulationCollection;

/// <summary>
/// Thousands of bad days, each by its seed. A seed that fails is in the message; play it again alone with
/// <c>BANYAN_SIMULATION_SEED</c> set to it, or more of them with <c>BANYAN_SIMULATION_SCHEDULES</c>.
/// </summary>
[Collection(nameof(SimulationCollection))]
public class SimulationTests
{
    private static readonly int Schedules = int.Parse(Environment.GetEnvironmentVariable("BANYAN_SIMULATION_SCHEDULES") ?? "40", CultureInfo.InvariantCulture);

    public static IEnumerable<TheoryDataRow<int, bool>> Worlds() =>
        from regions in (int[])[3, 4, 5] from synchronous in (bool[])[false, true] select new TheoryDataRow<int, bool>(regions, synchronous);

    [Theory]
    [MemberData(nameof(Worlds))]
    public void BadDays_EverySchedule_KeepsEveryPromise(int regions, bool synchronous)
    {
        var only = Environment.GetEnvironmentVariable("BANYAN_SIMULATION_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : default(int?);
        var failed = new List<string>();
        var failovers = 0;
        Parallel.For(only ?? 0, only + 1 ?? Schedules, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var world = new SimWorld(seed, regions, synchronous);
            var faults = new Faults(perMinute: 4 + (seed % 20));
            world.Run(60_000, faults.Apply);
            Faults.Heal(world);
            world.Run(60_000);
            var problems = Judge(world, synchronous);
            lock (failed)
            {
                if (only is not null)
                    world.Trace.ForEach(TestContext.Current.SendDiagnosticMessage);
                failovers += world.Failovers;
                failed.AddRange(problems.Select(p => $"seed {seed}: {p}"));
            }
        });
        failed.Order().Take(20).ShouldBeEmpty();
        if (only is null)
            failovers.ShouldBeGreaterThan(Schedules / 2, "the schedules must be bad enough for partitions to move");
    }

    private static IEnumerable<string> Judge(SimWorld world, bool synchronous)
    {
        foreach (var violation in world.Violations)
            yield return violation;
        if (world.Violations.Count > 0)
            yield break;
        foreach (var (partition, acknowledged) in world.Acknowledged)
        {
            var primary = world.DatabasesOf(partition).Where(static d => d.IsPrimary).MaxBy(static d => d.Epoch);
            if (primary is null)
            {
                yield return $"{partition} has no primary";
                continue;
            }

            if (world.Regions.SelectMany(static r => r.Cells).Where(c => c.Partition == partition).Max(static c => c.LastAck) < world.Now - 2_000)
                yield return $"{partition} takes no writes a minute after all was mended: {world.Describe(partition)}";
            var kept = primary.Log.ToHashSet();
            if (kept.Count != primary.Log.Count)
                yield return $"{partition} has changes twice";
            var lost = acknowledged.Where(n => !kept.Contains(n)).ToList();
            if (synchronous && lost.Count > 0)
                yield return $"{partition} is synchronous and lost {lost.Count} acknowledged changes, the first {lost[0]}, the last {lost[^1]}";
            var unfound = lost.Where(n => !world.Stranded[partition].Contains(n)).ToList();
            if (unfound.Count > 0)
                yield return $"{partition} lost {unfound.Count} acknowledged changes that were not found again, the first {unfound[0]}";
        }
    }
}
